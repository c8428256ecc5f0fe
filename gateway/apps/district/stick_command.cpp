#include "apps/district/stick_command.hpp"

#include "adapters/usb/stick.hpp"
#include "apps/district/commands.hpp"
#include "apps/district/ground.hpp"
#include "district/stick.hpp"

#include <cstdio>

namespace kentongan::district_app {
namespace {

Instant wall_clock() {
    return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

const char* words_of(const Error& error) {
    switch (error.code) {
    case ErrorCode::kNoSpace:
        return "the stick is full";
    case ErrorCode::kDenied:
        return "the stick is read-only, or holds something else where our files belong";
    case ErrorCode::kCorrupt:
        return "the stick does not give back what was written";
    case ErrorCode::kNotFound:
        return "there is no stick here, or nothing of ours on it";
    default:
        return "the stick was pulled out or is broken";
    }
}

int complain(BoxId box, const char* what, const Error& error) {
    std::fprintf(stderr, "kentongan-district: box %u: %s (%s, %s, %lld)\n", box.value, what,
                 name_of(error.code), error.where, static_cast<long long>(error.native));
    return 1;
}

// The store or the disk below it: what comes next would fail as well.
bool ends_all(const Error& error) {
    return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kNoSpace;
}

struct Work {
    usb::Folder& stick;
    district::Store& store;
    const district::Setting& setting;
    district::Intake& intake;
};

// One box; others go on after its faults. An error: nothing can go on.
Result<int> visit(Work& work, BoxId box) {
    auto bytes = usb::get_manifest(work.stick, wire::StickWay::kUp, box);
    if (!bytes) {
        if (bytes.error().code == ErrorCode::kUnavailable) return tl::unexpected<Error>(bytes.error());
        return complain(box, "its manifest cannot be read", bytes.error());
    }
    auto begun = district::StickVisit::begin(work.intake, work.store, work.setting, *bytes);
    if (!begun) {
        if (ends_all(begun.error())) return tl::unexpected<Error>(begun.error());
        return complain(box, "its manifest is damaged or not from this box: nothing was taken",
                        begun.error());
    }
    if (begun->manifest().box != box)
        return complain(box, "its manifest is another box's: nothing was taken",
                        Error{ErrorCode::kDenied, "stick.name", begun->manifest().box.value});
    auto before = work.intake.taken();
    int status = 0;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < begun->manifest().files.size(); ++i) {
        auto file = usb::get_file(work.stick, begun->manifest(), i);
        if (!file && file.error().code == ErrorCode::kUnavailable) return tl::unexpected<Error>(file.error());
        auto done = file ? begun->take(i, *file, wall_clock()) : tl::unexpected<Error>(file.error());
        if (done) {
            ++taken;
        } else if (file && ends_all(done.error())) {
            return tl::unexpected<Error>(done.error());
        } else {
            status = complain(box, "a file is damaged or missing: it was not taken", done.error());
        }
    }
    std::printf("box %u, export %u: %zu of %zu files, %llu new requests\n", box.value,
                begun->manifest().sequence, taken, begun->manifest().files.size(),
                static_cast<unsigned long long>(work.intake.taken() - before));
    auto slot = usb::free_slot(work.stick, wire::StickWay::kDown, box);
    if (!slot) return tl::unexpected<Error>(slot.error());
    auto answer = begun->answer(*slot, wall_clock());
    if (!answer) return status;
    if (auto put = usb::put_export(work.stick, answer->manifest, answer->files); !put) {
        complain(box, words_of(put.error()), put.error());
        return complain(box, "what it brought is kept, but the answer is not on the stick: import again",
                        put.error());
    }
    return status;
}

} // namespace

int import_stick(const Options& options) {
    auto stick = usb::MountedFolder::open(options.file, usb::MountedFolder::IfMissing::kFail);
    if (!stick) return failed(words_of(stick.error()), stick.error());
    auto boxes = usb::boxes_on(**stick);
    if (!boxes) return failed(words_of(boxes.error()), boxes.error());
    auto setting = read_setting(options);
    if (!setting) return 1;
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    district::Intake intake(**store, *setting);
    Work work{**stick, **store, *setting, intake};
    int status = 0;
    for (auto box : *boxes) {
        auto done = visit(work, box);
        if (!done) return failed("it cannot go on: import again when this is mended", done.error());
        status = std::max(status, *done);
        std::fflush(stdout);
    }
    if (boxes->empty()) std::puts("no box has put anything on this stick");
    return status;
}

} // namespace kentongan::district_app
