#include "district_server.hpp"

#include "wire/enrolment.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

namespace kentongan::test {
namespace {

const std::string kProgram = std::string(KENTONGAN_BIN_DIR) + "/kentongan-district";
const std::string kShim = std::string(KENTONGAN_BIN_DIR) + "/crash_shim.so";

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

int run(std::vector<std::string> words) {
    Program program(std::move(words), "/dev/null");
    return program.wait();
}

} // namespace

std::string hex(const ItemId& id) {
    return to_hex(id.value);
}

json::Json Answer::json() const {
    auto value = json::parse_json(body, {16, 1024 * 1024, 100000});
    REQUIRE(value);
    return *value;
}

std::string Answer::header(const std::string& name) const {
    auto lower = [](std::string text) {
        std::transform(text.begin(), text.end(), text.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        return text;
    };
    auto at = lower(head).find("\r\n" + lower(name) + ": ");
    if (at == std::string::npos) return {};
    at += name.size() + 4;
    return head.substr(at, head.find("\r\n", at) - at);
}

std::string Answer::error() const {
    auto value = json();
    const auto* error = value.find("error");
    return error == nullptr || error->find("code") == nullptr ? std::string() : error->find("code")->text();
}

DistrictServer::DistrictServer(bool prepared) {
    ::mkdir((folder / "pages").c_str(), 0700);
    write(folder / "pages/index.html", "<!doctype html><title>desk</title>");
    if (!prepared) return;
    REQUIRE(command({"init", "--state", state()}) == 0);
    district = wire::read_district_public(read(state() + "/district.pub")).value();
    auto start = wire::start_enrolment(box.shown.box, district, invite());
    REQUIRE(start);
    box = start->keys;
    write(folder / "request", wire::request_text(start->request));
    REQUIRE(command({"enrol", "--state", state(), folder / "request"}) == 0);
    for (const auto& [name, role] : {std::pair(kOfficer, "officer"), std::pair(kInspector, "inspectorate")})
        REQUIRE(command({"add-officer", "--state", state(), "--name", name, "--role", role},
                        kPassword + "\n") == 0);
    REQUIRE(run({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
                 "-keyout", folder / "tls.key", "-out", folder / "tls.crt"}) == 0);
}

std::string DistrictServer::invite() const {
    REQUIRE(command({"invite", "--state", state(), "--village", village.id}) == 0);
    auto said = output();
    REQUIRE(said.starts_with("code "));
    return said.substr(5, said.find('\n') - 5);
}

std::string DistrictServer::output() const {
    return read(folder / "output");
}

std::string DistrictServer::crashing(int crash_at) const {
    if (crash_at == 0) return {};
    return "env LD_PRELOAD=\"" + kShim + "\" KENTONGAN_CRASH_AT=" + std::to_string(crash_at) +
           " KENTONGAN_CRASH_ARM=\"" + armed() + "\" ";
}

int DistrictServer::command(std::vector<std::string> words, const std::string& input, int crash_at) const {
    write(folder / "input", input);
    std::string line = "exec " + crashing(crash_at) + "\"$0\" \"$@\" <\"" + (folder / "input") + "\" >\"" +
                       (folder / "output") + "\"";
    words.insert(words.begin(), {"/bin/sh", "-c", line, kProgram});
    return run(std::move(words));
}

void DistrictServer::start(bool plain_desk, int crash_at) {
    REQUIRE_FALSE(server_);
    auto ports = folder / "ports";
    ::unlink(ports.c_str());
    std::vector<std::string> words = {kProgram,
                                      "serve",
                                      "--state",
                                      state(),
                                      "--pack",
                                      pack_folder("id-jember").string(),
                                      "--desk-pages",
                                      folder / "pages",
                                      "--box-listen",
                                      "127.0.0.1:0",
                                      "--desk-listen",
                                      "127.0.0.1:0",
                                      "--tls-certificate",
                                      folder / "tls.crt",
                                      "--tls-key",
                                      folder / "tls.key",
                                      "--port-file",
                                      ports};
    if (plain_desk) words.emplace_back("--desk-plain-http");
    words.insert(words.end(), options.begin(), options.end());
    if (crash_at > 0) {
        ::setenv("LD_PRELOAD", kShim.c_str(), 1);
        ::setenv("KENTONGAN_CRASH_AT", std::to_string(crash_at).c_str(), 1);
        ::setenv("KENTONGAN_CRASH_ARM", armed().c_str(), 1);
    }
    server_ = std::make_unique<Program>(words, folder / "log");
    for (const char* name : {"LD_PRELOAD", "KENTONGAN_CRASH_AT", "KENTONGAN_CRASH_ARM"}) ::unsetenv(name);
    auto lines = server_->wait_for_lines(ports);
    INFO(log());
    REQUIRE(lines.size() == 2);
    box_port = static_cast<std::uint16_t>(std::atoi(lines[0].c_str()));
    desk_port = static_cast<std::uint16_t>(std::atoi(lines[1].c_str()));
    desk_url = (plain_desk ? "http://127.0.0.1:" : "https://127.0.0.1:") + std::to_string(desk_port);
}

void DistrictServer::kill() {
    server_.reset(); // SIGKILL
}

int DistrictServer::stop() {
    server_->signal(SIGTERM);
    return wait();
}

int DistrictServer::wait() {
    auto status = server_->wait();
    server_.reset();
    return status;
}

bool DistrictServer::can_crash() const {
#ifdef KENTONGAN_NO_CRASH_SHIM
    return false;
#else
    INFO("the crash shim belongs to this build: " << kShim);
    REQUIRE(::access(kShim.c_str(), R_OK) == 0);
    return true;
#endif
}

std::unique_ptr<sqlite::SqliteDistrictStore> DistrictServer::store() const {
    auto opened = sqlite::SqliteDistrictStore::open(state() + "/district.db");
    REQUIRE(opened);
    return std::move(*opened);
}

std::string DistrictServer::log() const {
    return read(folder / "log");
}

Answer DistrictServer::curl(std::vector<std::string> words) const {
    ++calls_;
    auto head = folder / "head";
    auto body = folder / "body";
    ::unlink(head.c_str());
    ::unlink(body.c_str());
    words.insert(words.begin(), {"/usr/bin/curl", "--silent", "--max-time", "20", "--http1.1", "--cacert",
                                 folder / "tls.crt", "--dump-header", head, "--output", body});
    Answer answer;
    run(std::move(words));
    answer.head = read(head);
    answer.body = read(body);
    if (answer.head.starts_with("HTTP/1.1 ")) answer.status = std::atoi(answer.head.c_str() + 9);
    return answer;
}

Answer DistrictServer::call_box_port(const std::string& path, std::vector<std::string> more) const {
    more.push_back("https://127.0.0.1:" + std::to_string(box_port) + path);
    return curl(std::move(more));
}

Answer DistrictServer::post_upload(const std::string& bytes, std::vector<std::string> more) const {
    write(folder / "upload", bytes);
    more.insert(more.end(), {"--data-binary", "@" + (folder / "upload")});
    if (std::find(more.begin(), more.end(), "-H") == more.end())
        more.insert(more.end(), {"-H", "Content-Type: application/octet-stream"});
    return call_box_port("/v2/exchange", std::move(more));
}

domain::Request DistrictServer::letter() {
    domain::Request out;
    out.service = "domisili";
    out.language = "id";
    out.accepted_at = from_unix(1795489200);
    out.answers = {{"identity_number", "3509275203850000"},
                   {"name", "Siti <b>Contoh</b>"},
                   {"hamlet", "krajan"},
                   {"rt", "3"},
                   {"rw", "1"},
                   {"keperluan", "bank"}};
    out.notify = domain::Msisdn{"+6280000000021"};
    out.consent_version = pack.consent_version;
    return out;
}

domain::Request DistrictServer::report() {
    domain::Request out;
    out.service = "pungli";
    out.language = "id";
    out.channel = domain::Channel::kSms;
    out.anonymous = true;
    out.sender = domain::Msisdn{"+6280000000022"};
    return out;
}

SealingBox& DistrictServer::sealing() {
    if (!sealing_) sealing_ = std::make_unique<SealingBox>(box, district);
    return *sealing_;
}

std::vector<Bytes> DistrictServer::sealed(domain::Request& request) {
    return sealing().seal(pack, village, wire::Dictionaries(), request);
}

Bytes DistrictServer::upload(const std::vector<Bytes>& frames, std::uint64_t last_update) {
    auto call = sealing().call(last_update);
    call.waiting = static_cast<std::uint32_t>(frames.size());
    return sealing().parcel(frames, call);
}

std::optional<wire::Answer> DistrictServer::exchange(BytesView upload) {
    auto answer = post_upload(std::string(as_text(upload)));
    if (answer.status != 200) return std::nullopt;
    return sealing().read(as_bytes(answer.body));
}

Answer Desk::get(const std::string& path, std::vector<std::string> more) const {
    if (!cookie.empty()) more.insert(more.end(), {"-H", "Cookie: " + cookie});
    more.push_back(server_.desk_url + path);
    return server_.curl(std::move(more));
}

Answer Desk::post(const std::string& path, const std::string& body, std::vector<std::string> more) const {
    auto has = [&](const char* prefix) {
        return std::any_of(more.begin(), more.end(),
                           [&](const auto& one) { return one.starts_with(prefix); });
    };
    if (!has("Content-Type:")) more.insert(more.end(), {"-H", "Content-Type: application/json"});
    if (!has("Origin:")) more.insert(more.end(), {"-H", "Origin: " + server_.desk_url});
    if (!has("X-Kentongan-Token") && !token.empty())
        more.insert(more.end(), {"-H", "X-Kentongan-Token: " + token});
    std::string file = server_.folder / "json";
    write(file, body);
    more.insert(more.end(), {"--data-binary", "@" + file});
    return get(path, std::move(more));
}

Answer Desk::login(const std::string& name, const std::string& password) {
    auto body = json::dump(json::Json::object({{"name", name}, {"password", password}}));
    auto answer = post("/desk/api/v1/login", body);
    if (answer.status == 200) {
        token = answer.json().find("token")->text();
        auto set = answer.header("Set-Cookie");
        cookie = set.substr(0, set.find(';'));
    }
    return answer;
}

Answer Desk::move(const std::string& id, const std::string& to, int version, const std::string& reason,
                  const std::string& answer) const {
    return post("/desk/api/v1/cases/" + id + "/move",
                json::dump(json::Json::object(
                    {{"to", to}, {"version", version}, {"reason", reason}, {"answer", answer}})));
}

} // namespace kentongan::test
