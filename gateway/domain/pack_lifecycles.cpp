#include "domain/pack_map.hpp"

#include <algorithm>
#include <set>

namespace kentongan::domain {
namespace {

const std::map<std::string_view, StateRole> kRoles = {{"received", StateRole::kReceived},
                                                      {"working", StateRole::kWorking},
                                                      {"needs_person", StateRole::kNeedsPerson},
                                                      {"forwarded", StateRole::kForwarded},
                                                      {"ready", StateRole::kReady},
                                                      {"done", StateRole::kDone},
                                                      {"refused", StateRole::kRefused},
                                                      {"cancelled", StateRole::kCancelled}};

State read_state(const PackNode& node, std::string_view path, Faults& faults) {
    State state;
    MapReader map(node, path, faults);
    state.id = map.id("id");
    state.number = static_cast<std::uint8_t>(map.number("number", 1, 255));
    auto role = map.text("role", 16);
    if (auto found = kRoles.find(role); found != kRoles.end())
        state.role = found->second;
    else if (!role.empty())
        map.fault(map.line_of("role"),
                  "\"role\" is received, working, needs_person, forwarded, ready, done, refused "
                  "or cancelled");
    state.next = map.words("next", false, 24);
    state.reason_required = map.flag_or("reason_required", false);
    state.step = map.flag_or("step", true);
    if (state.role == StateRole::kRefused && !state.reason_required)
        map.fault(node.line, "a refusal needs \"reason_required: true\"");
    if (state.final() && !state.next.empty() && state.role != StateRole::kDone)
        map.fault(map.line_of("next"), "a refused or cancelled state is final: it has no \"next\"");
    if (!state.final() && state.next.empty())
        map.fault(node.line, "nothing follows this state, but it is not final");
    map.done();
    return state;
}

void check_reachable(const Lifecycle& lifecycle, const std::vector<PackNode>& nodes, std::string_view path,
                     Faults& faults) {
    std::set<std::string> reached{lifecycle.initial().id};
    for (std::size_t before = 0; before != reached.size();) {
        before = reached.size();
        for (const auto& state : lifecycle.states)
            if (reached.contains(state.id)) reached.insert(state.next.begin(), state.next.end());
    }
    for (std::size_t at = 0; at < lifecycle.states.size(); ++at)
        if (!reached.contains(lifecycle.states[at].id))
            faults.add(path, nodes[at].line, "state \"" + lifecycle.states[at].id + "\" cannot be reached");
}

} // namespace

void read_lifecycles(const std::vector<PackNode>& nodes, std::string_view path, Pack& pack, Faults& faults) {
    for (const auto& node : nodes) {
        Lifecycle lifecycle;
        MapReader map(node, path, faults);
        lifecycle.id = map.id("id");
        if (std::any_of(pack.lifecycles.begin(), pack.lifecycles.end(),
                        [&](const Lifecycle& l) { return l.id == lifecycle.id; }))
            map.fault(node.line, "life cycle \"" + lifecycle.id + "\" stands here twice");
        const auto& states = map.list("states", true, 24);
        std::set<std::string> ids;
        std::set<int> numbers;
        int initial = 0;
        for (const auto& item : states) {
            auto state = read_state(item, path, faults);
            if (!ids.insert(state.id).second)
                map.fault(item.line, "state \"" + state.id + "\" stands here twice");
            if (!numbers.insert(state.number).second)
                map.fault(item.line, "number " + std::to_string(state.number) + " is used twice");
            if (state.role == StateRole::kReceived) ++initial;
            lifecycle.states.push_back(std::move(state));
        }
        for (std::size_t at = 0; at < lifecycle.states.size(); ++at)
            for (const auto& next : lifecycle.states[at].next)
                if (!ids.contains(next))
                    map.fault(states[at].line, "\"next\" names a state that does not exist" +
                                                   (is_pack_id(next) ? ": \"" + next + "\"" : std::string()));
        if (initial != 1)
            map.fault(node.line, "a life cycle has exactly one state with role received");
        else
            check_reachable(lifecycle, states, path, faults);
        map.done();
        pack.lifecycles.push_back(std::move(lifecycle));
    }
}

} // namespace kentongan::domain
