#include "apps/district/box_endpoint.hpp"

#include "base/log.hpp"

namespace kentongan::district_app {
namespace {

http::Response plain(int status, const char* words) {
    http::Response out;
    out.status = status;
    out.body = words;
    return out;
}

} // namespace

http::Response BoxEndpoint::answer(const http::Request& request) const {
    if (request.path != "/v2/exchange") return plain(404, "no such path\n");
    if (request.method != "POST") {
        auto out = plain(405, "POST only\n");
        out.headers.emplace_back("Allow", "POST");
        return out;
    }
    if (request.header("content-type") != "application/octet-stream")
        return plain(415, "application/octet-stream only\n");

    Result<Bytes> answer = fail(ErrorCode::kInternal, "box_endpoint");
    {
        std::lock_guard guard(office_.mutex);
        answer = office_.intake.exchange(as_bytes(request.body), office_.clock(), district::Intake::kMaxRoom,
                                         domain::Carrier::kHttps);
    }
    if (answer) {
        http::Response out;
        out.content_type = "application/octet-stream";
        out.body = as_text(*answer);
        return out;
    }
    const auto& error = answer.error();
    log(error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kDenied ? LogLevel::kWarning
                                                                              : LogLevel::kError,
        "district.exchange_refused",
        {LogField::of_static("code", name_of(error.code)),
         LogField::of_static("where", error.where),
         {"native", error.native}});
    switch (error.code) {
    case ErrorCode::kCorrupt:
        // Damage in the store has the same code as a damaged parcel, but not the same name.
        for (std::string_view of_parcel : {"parcel", "frame", "item", "bytes", "call"})
            if (std::string_view(error.where).starts_with(of_parcel)) return plain(400, "not a parcel\n");
        return plain(503, "try again later\n");
    case ErrorCode::kUnsupported:
        return plain(400, "not a parcel of this version\n");
    case ErrorCode::kDenied:
        return plain(403, "unknown box, or not sealed by it\n");
    default:
        return plain(503, "try again later\n");
    }
}

} // namespace kentongan::district_app
