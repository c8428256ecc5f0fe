#include "wire/local.hpp"

#include <type_traits>

namespace kentongan::wire::local {
namespace {

constexpr std::size_t kMaxString = 8 * 1024;
constexpr std::size_t kMaxList = 64;
static_assert(kMaxStickChunk <= kMaxString);

// Octets of one short message: bounded more tightly than other fields.
template <class Octets>
struct Data {
    Octets& value;
};
template <class Octets>
Data(Octets&) -> Data<Octets>;

// One description of each message serves both directions: `io` is a Write or a Read.
template <class Io, class M>
void fields(Io& io, M& m) {
    using T = std::remove_const_t<M>;
    if constexpr (std::is_same_v<T, Pair>)
        io(m.name, m.value);
    else if constexpr (std::is_same_v<T, StatusStep>)
        io(m.state, m.at);
    else if constexpr (std::is_same_v<T, Submit>)
        io(m.call, m.once.value, m.channel, m.service, m.language, m.answers, m.anonymous, m.confidential,
           m.notify_phone, m.consent_version);
    else if constexpr (std::is_same_v<T, AskStatus>)
        io(m.call, m.client, m.digits);
    else if constexpr (std::is_same_v<T, AskHealth> || std::is_same_v<T, SmsKept> ||
                       std::is_same_v<T, AskBox> || std::is_same_v<T, AskLinks>)
        io(m.call);
    else if constexpr (std::is_same_v<T, Accepted>)
        io(m.call, m.code, m.receipt, m.target_days);
    else if constexpr (std::is_same_v<T, Refused>)
        io(m.call, m.code, m.retry_after_s, m.problems);
    else if constexpr (std::is_same_v<T, CaseStatus>)
        io(m.call, m.lifecycle, m.state, m.since, m.history, m.service, m.reason, m.answer, m.full);
    else if constexpr (std::is_same_v<T, Health>)
        io(m.call, m.waiting, m.last_contact, m.modem_ready, m.signal_percent);
    else if constexpr (std::is_same_v<T, ModemHello>)
        io(m.name);
    else if constexpr (std::is_same_v<T, ModemState>)
        io(m.registered, m.signal_percent, m.sms_used, m.sms_capacity);
    else if constexpr (std::is_same_v<T, SmsArrived>)
        io(m.call, m.fingerprint, m.sender, m.text, m.sent_at, m.part_reference, m.part_count, m.part_number,
           m.corrupt, m.raw, m.binary, Data{m.data});
    else if constexpr (std::is_same_v<T, BoxIs>)
        io(m.call, m.box, m.exports);
    else if constexpr (std::is_same_v<T, StickExport>)
        io(m.call, m.slot);
    else if constexpr (std::is_same_v<T, StickRead>)
        io(m.call, m.file, m.from);
    else if constexpr (std::is_same_v<T, StickAnswer>)
        io(m.call, m.manifest);
    else if constexpr (std::is_same_v<T, StickWrite>)
        io(m.call, m.file, m.from, m.bytes);
    else if constexpr (std::is_same_v<T, StickExported>)
        io(m.call, m.items, m.left, m.manifest);
    else if constexpr (std::is_same_v<T, StickBytes>)
        io(m.call, m.bytes);
    else if constexpr (std::is_same_v<T, StickTaken>)
        io(m.call, m.retired, m.updates, m.answers);
    else if constexpr (std::is_same_v<T, LinkRow>)
        io(m.carrier, m.link, m.hindrance, m.urgent, m.again, m.last_contact, m.up, m.down, m.messages,
           m.cost, m.daily_bytes, m.daily_cost);
    else if constexpr (std::is_same_v<T, LinksAre>)
        io(m.call, m.box, m.waiting, m.urgent, m.left_out, m.now, m.utc_offset, m.money, m.rows);
    else if constexpr (std::is_same_v<T, SendSms>)
        io(m.id, m.to, m.text);
    else if constexpr (std::is_same_v<T, SendData>)
        io(m.id, m.to, Data{m.data});
    else {
        static_assert(std::is_same_v<T, SmsOutcome>);
        io(m.id, m.outcome, m.cause);
    }
}

struct Write {
    ByteWriter out;

    template <class... Fields>
    void operator()(const Fields&... each) {
        (one(each), ...);
    }
    void one(bool value) { out.u8(value ? 1 : 0); }
    void one(std::uint8_t value) { out.u8(value); }
    void one(std::uint16_t value) { out.u16(value); }
    void one(std::uint32_t value) { out.u32(value); }
    void one(std::uint64_t value) { out.u64(value); }
    void one(std::int64_t value) { out.u64(static_cast<std::uint64_t>(value)); }
    void one(const std::string& value) { out.text(value); }
    void one(const Bytes& value) { out.block(value); }
    void one(Data<const Bytes> data) { out.block(data.value); }
    template <std::size_t N>
    void one(const std::array<std::uint8_t, N>& value) {
        out.raw(value);
    }
    template <class Item>
    void one(const std::vector<Item>& list) {
        out.varint(list.size());
        for (const auto& item : list) fields(*this, item);
    }
};

// Remembers the first error and reads nothing after it.
struct Read {
    ByteReader in;
    Status status;

    template <class... Fields>
    void operator()(Fields&&... each) {
        (one(each), ...);
    }
    template <class T, class U>
    void keep(Result<T>&& read, U& into) {
        if (!status) return;
        if (read)
            into = std::move(read).take();
        else
            status = tl::unexpected<Error>(read.error());
    }
    void one(bool& value) {
        std::uint8_t byte = 0;
        keep(in.u8(), byte);
        if (status && byte > 1) status = fail(ErrorCode::kCorrupt, "local.flag");
        value = byte == 1;
    }
    void one(std::uint8_t& value) { keep(in.u8(), value); }
    void one(std::uint16_t& value) { keep(in.u16(), value); }
    void one(std::uint32_t& value) { keep(in.u32(), value); }
    void one(std::uint64_t& value) { keep(in.u64(), value); }
    void one(std::int64_t& value) {
        std::uint64_t raw = 0;
        keep(in.u64(), raw);
        value = static_cast<std::int64_t>(raw);
    }
    void one(std::string& value) { keep(in.text(kMaxString), value); }
    void one(Bytes& value) { block(value, kMaxString); }
    void one(Data<Bytes> data) { block(data.value, kSmsDataRoom); }
    void block(Bytes& value, std::size_t most) {
        BytesView view;
        keep(in.block(most), view);
        value.assign(view.begin(), view.end());
    }
    template <std::size_t N>
    void one(std::array<std::uint8_t, N>& value) {
        keep(in.array<N>(), value);
    }
    template <class Item>
    void one(std::vector<Item>& list) {
        std::uint64_t count = 0;
        keep(in.varint(), count);
        if (status && count > kMaxList) status = fail(ErrorCode::kCorrupt, "local.list");
        for (std::uint64_t i = 0; status && i < count; ++i) fields(*this, list.emplace_back());
    }
};

// The type byte of a frame is the alternative's place in Message, from 1: append new ones at the end only.
template <std::size_t I = 0>
Result<Message> decode_alternative(std::uint8_t type, ByteReader body) {
    if constexpr (I < std::variant_size_v<Message>) {
        if (type != I + 1) return decode_alternative<I + 1>(type, body);
        std::variant_alternative_t<I, Message> message{};
        Read read{body, {}};
        fields(read, message);
        if (read.status) read.status = read.in.end();
        if (!read.status) return tl::unexpected<Error>(read.status.error());
        return Message(std::move(message));
    } else {
        return fail(ErrorCode::kCorrupt, "local.type", type);
    }
}

} // namespace

Bytes encode(const Message& message) {
    Write write;
    write.out.u8(static_cast<std::uint8_t>(message.index() + 1));
    std::visit([&](const auto& alternative) { fields(write, alternative); }, message);
    ByteWriter frame;
    frame.u32(static_cast<std::uint32_t>(write.out.bytes().size()));
    frame.raw(write.out.bytes());
    return std::move(frame).take();
}

Result<Message> decode(BytesView type_and_body) {
    ByteReader reader(type_and_body);
    auto type = TRY(reader.u8());
    return decode_alternative(type, reader);
}

Result<std::optional<Message>> take_frame(Bytes& buffer) {
    ByteReader reader(buffer);
    if (buffer.size() < 4) return std::optional<Message>();
    auto size = TRY(reader.u32());
    if (size == 0 || size > kMaxFrame) return fail(ErrorCode::kCorrupt, "local.length", size);
    if (reader.remaining() < size) return std::optional<Message>();
    auto message = TRY(decode(BytesView(buffer).subspan(4, size)));
    buffer.erase(buffer.begin(), buffer.begin() + 4 + size);
    return std::optional<Message>(std::move(message));
}

} // namespace kentongan::wire::local
