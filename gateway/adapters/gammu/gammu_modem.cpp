#include "adapters/gammu/gammu_modem.hpp"

#include "adapters/gammu/reply_tap.hpp"
#include "adapters/gammu/sms_text.hpp"
#include "base/gsm7.hpp"

#include <gammu.h>
#include <poll.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

// Exported by libGammu, though not in its installed headers: sends a command as it is. With request 1
// (ID_None, the first of GSM_Phone_RequestID) it waits for no reply.
extern "C" GSM_Error GSM_WaitFor(GSM_StateMachine* s, const unsigned char* buffer, size_t length, int type,
                                 int timeout, int request);

namespace kentongan::gammu {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using wire::local::SendOutcome;

// What each call may take before the watchdog ends the process. libGammu's own limits are in rounds of up to
// a second each and reach minutes.
constexpr auto kOpenBudget = 60s;
constexpr auto kStatusBudget = 20s;
constexpr auto kListBudget = 60s;
constexpr auto kReadBudget = 20s;
constexpr auto kEraseBudget = 20s;
constexpr auto kPromptBudget = 40s;
constexpr auto kNetworkEvery = 15s;
constexpr auto kSearchingEvery = 4s;
constexpr auto kDeletionReply = 5s;
constexpr auto kResync = 500ms;
// libGammu numbers the slots of its second folder from here (GSM_PHONE_MAXSMSINFOLDER).
constexpr std::uint32_t kFolderSize = 100'000;
constexpr int kNoRequest = 1;
constexpr int kNetworkTimeout = 332; // CMS error (TS 27.005 §3.2.5): the network may have taken it

// The device or the line is in an unknown state: only a new start helps.
bool is_lost(GSM_Error error) {
    switch (error) {
    case ERR_TIMEOUT:
    case ERR_DEVICEOPENERROR:
    case ERR_DEVICELOCKED:
    case ERR_DEVICENOTEXIST:
    case ERR_DEVICEBUSY:
    case ERR_DEVICENOPERMISSION:
    case ERR_DEVICENODRIVER:
    case ERR_DEVICENOTWORK:
    case ERR_DEVICEDTRRTSERROR:
    case ERR_DEVICECHANGESPEEDERROR:
    case ERR_DEVICEWRITEERROR:
    case ERR_DEVICEREADERROR:
    case ERR_DEVICEPARITYERROR:
    case ERR_NOTCONNECTED:
    case ERR_ABORTED:
        return true;
    default:
        return false;
    }
}

class Budget {
  public:
    Budget(Watchdog* watchdog, std::chrono::milliseconds time) : watchdog_(watchdog) {
        if (watchdog_ != nullptr) watchdog_->arm(time);
    }
    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;
    ~Budget() {
        if (watchdog_ != nullptr) watchdog_->disarm();
    }

  private:
    Watchdog* watchdog_;
};

struct Submission {
    int status = 0; ///< 0: accepted; else a CMS or CME error, -1 a plain ERROR
};

} // namespace

struct GammuModem::State {
    GammuOptions options;
    GSM_StateMachine* machine = nullptr;
    ReplyTap tap;
    std::unique_ptr<GSM_MultiSMSMessage> scratch = std::make_unique<GSM_MultiSMSMessage>(); // 266 kB
    GSM_SMSC centre{};
    bool centre_known = false;
    bool lost = false;
    int last_error = 0;
    bool counts_from_zero = false;
    std::optional<std::uint32_t> read_last; ///< Slot of the last command, if that read one
    bool undecodable = false;               ///< And libGammu refuses to delete it.
    bool spoken = false;                    ///< The line said something unasked since the last command.
    bool registered = false;
    std::optional<Clock::time_point> network_asked;
    std::optional<Submission> submission; ///< Enqueued by the callback.

    ~State() {
        if (machine == nullptr) return;
        Budget budget(options.watchdog, kStatusBudget);
        GSM_TerminateConnection(machine);
        GSM_FreeStateMachine(machine);
    }

    // Callbacks run inside any call of libGammu: they only put down what came.
    static void traced(const char* text, void* state) { static_cast<State*>(state)->tap.feed(text); }
    static void submitted(GSM_StateMachine*, int status, int, void* state) {
        static_cast<State*>(state)->submission = Submission{status};
    }

    GSM_Error note(GSM_Error error) {
        last_error = error;
        if (is_lost(error)) lost = true;
        return error;
    }
    [[nodiscard]] tl::unexpected<Error> unavailable(const char* where) {
        lost = true;
        return fail(ErrorCode::kUnavailable, where, last_error);
    }

    GSM_SMSMessage& blank() {
        std::memset(scratch.get(), 0, sizeof *scratch);
        return scratch->SMS[0];
    }

    [[nodiscard]] std::uint32_t slot_of(const TappedSms& sms) const {
        return sms.folder * kFolderSize + sms.index + (counts_from_zero ? 1 : 0);
    }

    Status delete_by_command(std::uint32_t slot);
    void resync();
    void ask_network(bool has_signal);
    box::SendResult submit(std::string_view to);
};

GammuModem::GammuModem(std::unique_ptr<State> state) : state_(std::move(state)) {}
GammuModem::~GammuModem() = default;

Result<std::unique_ptr<GammuModem>> GammuModem::open(const GammuOptions& options) {
    auto state = std::make_unique<State>();
    state->options = options;
    if (options.watchdog != nullptr) options.watchdog->guard(options.device);
    Budget budget(options.watchdog, kOpenBudget);

    GSM_InitLocales(nullptr);
    state->machine = GSM_AllocStateMachine();
    if (state->machine == nullptr) return fail(ErrorCode::kNoSpace, "gammu.alloc");
    auto* config = GSM_GetConfig(state->machine, 0);
    // Freed by GSM_FreeStateMachine.
    config->Device = ::strdup(options.device.c_str());
    config->Connection = ::strdup(options.connection.c_str());
    config->DebugFile = ::strdup("");
    config->UseGlobalDebugFile = FALSE;
    // "errors" leaves out the dumps of every byte; the reply lines come at any level.
    std::strncpy(config->DebugLevel, "errors", sizeof config->DebugLevel - 1);
    // +CNMI: store, then say +CMTI; no direct delivery, no status reports. -1 lets libGammu choose.
    static constexpr int kIndications[5] = {-1, 1, -1, 0, -1};
    std::copy(std::begin(kIndications), std::end(kIndications), std::begin(config->CNMIParams));
    GSM_SetConfigNum(state->machine, 1);

    constexpr int kAskOnce = 1;
    if (state->note(GSM_InitConnection_Log(state->machine, kAskOnce, &State::traced, state.get())) !=
        ERR_NONE)
        return state->unavailable("gammu.init");
    GSM_SetSendSMSStatusCallback(state->machine, &State::submitted, state.get());
    auto* model = GSM_GetModelInfo(state->machine);
    state->counts_from_zero =
        model != nullptr && GSM_IsPhoneFeatureAvailable(model, F_SMS_LOCATION_0) == TRUE;
    // Where this is refused, polling finds the messages.
    state->note(GSM_SetIncomingSMS(state->machine, TRUE));
    if (state->lost) return state->unavailable("gammu.indications");

    state->centre.Location = 1;
    state->centre_known = state->note(GSM_GetSMSC(state->machine, &state->centre)) == ERR_NONE;
    if (state->lost) return state->unavailable("gammu.service_centre");
    return std::unique_ptr<GammuModem>(new GammuModem(std::move(state)));
}

// What the line said unasked stays in libGammu's buffer, in front of the next reply; noise there makes it
// wait for that reply in vain, for minutes. One reply that nobody waits for takes it away.
void GammuModem::State::resync() {
    if (!std::exchange(spoken, false)) return;
    tap.clear();
    static constexpr unsigned char kAttention[] = {'A', 'T', '\r'};
    if (note(GSM_WaitFor(machine, kAttention, sizeof kAttention, 0, 1, kNoRequest)) != ERR_NONE) return;
    auto deadline = Clock::now() + kResync;
    while (!tap.ok_seen() && Clock::now() < deadline)
        if (GSM_ReadDevice(machine, FALSE) < 0) return;
}

void GammuModem::State::ask_network(bool has_signal) {
    auto every = registered ? kNetworkEvery : kSearchingEvery;
    if (network_asked && Clock::now() - *network_asked < every) return;
    GSM_NetworkInfo network{};
    auto error = note(GSM_GetNetworkInfo(machine, &network));
    // libGammu gives up where a modem lacks one of the packet commands; a signal then is what there is to go
    // by.
    registered = error == ERR_NONE ? network.State == GSM_HomeNetwork || network.State == GSM_RoamingNetwork
                                   : has_signal;
    network_asked = Clock::now();
}

Result<box::ModemStatus> GammuModem::status() {
    auto& s = *state_;
    if (s.lost) return s.unavailable("gammu.lost");
    Budget budget(s.options.watchdog, kStatusBudget);
    s.resync();
    s.read_last.reset();
    GSM_SMSMemoryStatus memory{};
    // Once more where noise spoiled the reply; a lost one is not repeated.
    for (int tries = 0; tries < 2; ++tries)
        if (s.note(GSM_GetSMSStatus(s.machine, &memory)) == ERR_NONE || s.lost) break;
    if (s.last_error != ERR_NONE) return s.unavailable("gammu.memory");
    GSM_SignalQuality signal{};
    signal.SignalPercent = -1;
    s.note(GSM_GetSignalQuality(s.machine, &signal));
    if (!s.lost) s.ask_network(signal.SignalPercent > 0);
    if (s.lost) return s.unavailable("gammu.signal");
    box::ModemStatus out;
    out.registered = s.registered;
    out.signal_percent = static_cast<std::uint8_t>(std::clamp(signal.SignalPercent, 0, 100));
    out.used = static_cast<std::uint32_t>(std::max(memory.SIMUsed, 0) + std::max(memory.PhoneUsed, 0));
    out.capacity = static_cast<std::uint32_t>(std::max(memory.SIMSize, 0) + std::max(memory.PhoneSize, 0));
    return out;
}

Result<std::vector<box::StoredSms>> GammuModem::stored() {
    auto& s = *state_;
    if (s.lost) return s.unavailable("gammu.lost");
    Budget budget(s.options.watchdog, kListBudget);
    s.tap.clear();
    s.read_last.reset();
    auto& first = s.blank();
    // One call lists the whole folder. Whether its first message can be decoded does not matter here.
    s.note(GSM_GetNextSMS(s.machine, s.scratch.get(), TRUE));
    if (s.lost || s.tap.lists() == 0) return s.unavailable("gammu.list");
    if (s.tap.lists() == 1 && !s.tap.listed().empty()) {
        // Behind the last message of the SIM, libGammu lists the phone's own memory, where there is one.
        first.Folder = 0;
        first.Location = static_cast<int>(s.slot_of(s.tap.listed().back()));
        s.note(GSM_GetNextSMS(s.machine, s.scratch.get(), FALSE));
        if (s.lost) return s.unavailable("gammu.list");
    }
    std::vector<box::StoredSms> out;
    for (const auto& sms : s.tap.listed()) {
        constexpr int kStoredUnsent = 2; // and 3, stored sent: somebody's own, not received
        if (sms.state < kStoredUnsent) out.push_back(to_stored(s.slot_of(sms), sms.pdu));
    }
    return out;
}

Result<Bytes> GammuModem::read(std::uint32_t slot) {
    auto& s = *state_;
    if (s.lost) return s.unavailable("gammu.lost");
    Budget budget(s.options.watchdog, kReadBudget);
    s.tap.clear();
    auto& sms = s.blank();
    sms.Location = static_cast<int>(slot);
    auto error = s.note(GSM_GetSMS(s.machine, s.scratch.get()));
    s.undecodable = error != ERR_NONE && error != ERR_CORRUPTED;
    s.read_last = slot;
    if (s.lost) return s.unavailable("gammu.read");
    if (!s.tap.single()) {
        s.read_last.reset();
        return fail(ErrorCode::kNotFound, "gammu.read", error);
    }
    return content_of(*s.tap.single());
}

Status GammuModem::erase(std::uint32_t slot) {
    auto& s = *state_;
    if (s.lost) return s.unavailable("gammu.lost");
    // libGammu deletes only what it can decode; whether it can shows in a read.
    if (std::exchange(s.read_last, std::nullopt) != slot) {
        auto there = read(slot);
        if (!there) return tl::unexpected<Error>(there.error());
        s.read_last.reset();
    }
    Budget budget(s.options.watchdog, kEraseBudget);
    if (s.undecodable) return s.delete_by_command(slot);
    auto& sms = s.blank();
    sms.Location = static_cast<int>(slot);
    auto error = s.note(GSM_DeleteSMS(s.machine, &sms));
    if (error == ERR_NONE) return {};
    if (s.lost) return s.unavailable("gammu.delete");
    if (error == ERR_EMPTY || error == ERR_INVALIDLOCATION)
        return fail(ErrorCode::kNotFound, "gammu.delete", error);
    return fail(ErrorCode::kDenied, "gammu.delete", error);
}

Status GammuModem::State::delete_by_command(std::uint32_t slot) {
    // The read before has chosen the folder.
    auto index = slot % kFolderSize - (counts_from_zero ? 1 : 0);
    auto command = "AT+CMGD=" + std::to_string(index) + "\r";
    tap.clear();
    if (note(GSM_WaitFor(machine, reinterpret_cast<const unsigned char*>(command.data()), command.size(), 0,
                         1, kNoRequest)) != ERR_NONE)
        return unavailable("gammu.delete");
    auto deadline = Clock::now() + kDeletionReply;
    while (!tap.deletion()) {
        if (GSM_ReadDevice(machine, FALSE) < 0 || Clock::now() >= deadline)
            return unavailable("gammu.delete");
    }
    if (*tap.deletion() == "OK") return {};
    return fail(ErrorCode::kDenied, "gammu.delete");
}

box::SendResult GammuModem::send(std::string_view to, std::string_view text) {
    auto& s = *state_;
    if (s.lost || !s.centre_known || !box::can_be_sent(to, text)) return {SendOutcome::kRejected, 0};

    // Asked for explicitly: libGammu writes "?" for what is not in its alphabet.
    bool unicode = !gsm7::septets(text) || *gsm7::septets(text) > gsm7::kSeptetsPerSms;
    auto wide = gsm7::to_ucs2(text);
    if (!wide) return {SendOutcome::kRejected, 0};
    wide->resize(wide->size() + 2);
    auto info = std::make_unique<GSM_MultiPartSMSInfo>();
    GSM_ClearMultiPartSMSInfo(info.get());
    info->Class = GSM_SMS_None;
    info->EntriesNum = 1;
    info->UnicodeCoding = unicode ? TRUE : FALSE;
    info->Entries[0].ID = SMS_Text;
    info->Entries[0].Buffer = wide->data();
    std::memset(s.scratch.get(), 0, sizeof *s.scratch);
    auto encoded = GSM_EncodeMultiPartSMS(GSM_GetGlobalDebug(), info.get(), s.scratch.get());
    if (encoded != ERR_NONE || s.scratch->Number != 1) return {SendOutcome::kRejected, 0};
    return s.submit(to);
}

box::SendResult GammuModem::send_data(std::string_view to, BytesView data) {
    auto& s = *state_;
    if (s.lost || !s.centre_known || !box::data_can_be_sent(to, data)) return {SendOutcome::kRejected, 0};
    // Not by GSM_EncodeMultiPartSMS: it puts a user data header before data.
    auto& sms = s.blank();
    sms.Coding = SMS_Coding_8bit;
    sms.UDH.Type = UDH_NoUDH;
    sms.Class = -1;
    std::copy(data.begin(), data.end(), sms.Text);
    sms.Length = static_cast<int>(data.size());
    return s.submit(to);
}

// Hands the message in `scratch` to the network and waits for its word.
box::SendResult GammuModem::State::submit(std::string_view to) {
    Budget budget(options.watchdog, kPromptBudget + options.send_timeout);
    auto& sms = scratch->SMS[0];
    EncodeUnicode(sms.Number, std::string(to).c_str(), static_cast<int>(to.size()));
    CopyUnicodeString(sms.SMSC.Number, centre.Number);
    sms.SMSC.Location = 0;
    sms.SMSC.Validity.Format = SMS_Validity_RelativeFormat;
    sms.SMSC.Validity.Relative = SMS_VALID_3_Days;
    sms.PDU = SMS_Submit;

    resync();
    submission.reset();
    auto error = note(GSM_SendSMS(machine, &sms));
    if (submission && submission->status != 0 && error != ERR_NONE)
        // The modem refused at the prompt: nothing was handed over.
        return {SendOutcome::kRejected, static_cast<std::uint32_t>(std::max(submission->status, 0))};
    // No prompt came, and libGammu took the command back before any of the message was written.
    if (error == ERR_TIMEOUT || (error != ERR_NONE && !lost)) return {SendOutcome::kRejected, 0};
    if (error != ERR_NONE) return {SendOutcome::kUnknown, 0};

    auto deadline = Clock::now() + options.send_timeout;
    while (!submission) {
        if (GSM_ReadDevice(machine, FALSE) < 0 || Clock::now() >= deadline) {
            lost = true;
            return {SendOutcome::kUnknown, 0};
        }
    }
    if (submission->status == 0) return {SendOutcome::kAccepted, 0};
    auto cause = static_cast<std::uint32_t>(std::max(submission->status, 0));
    return {cause == kNetworkTimeout ? SendOutcome::kUnknown : SendOutcome::kRejected, cause};
}

Result<bool> GammuModem::wait(std::chrono::milliseconds longest) {
    auto& s = *state_;
    auto deadline = Clock::now() + longest;
    do {
        if (s.lost) return s.unavailable("gammu.lost");
        Budget budget(s.options.watchdog, kStatusBudget);
        auto before = Clock::now();
        int got = GSM_ReadDevice(s.machine, FALSE); // waits up to 50 ms itself
        if (got < 0) return s.unavailable("gammu.hang_up");
        if (got > 0) {
            s.spoken = true;
            return true;
        }
        // A device that was pulled reads as empty at once, for ever: the heartbeat of status() finds that
        // out.
        if (Clock::now() - before < 5ms) ::poll(nullptr, 0, 20);
    } while (Clock::now() < deadline);
    return false;
}

} // namespace kentongan::gammu
