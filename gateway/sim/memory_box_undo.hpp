// How MemoryBoxStore changes what is on its disk: so that it can be taken back. Private to its parts.
#pragma once

#include "sim/memory_box_store.hpp"

namespace kentongan::sim {

template <class Map, class Key>
auto found(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
    auto at = map.find(key);
    return at == map.end() ? std::nullopt : std::optional(at->second);
}

template <class Map>
void MemoryBoxStore::remember(Map World::*map, const typename Map::key_type& key) {
    if (!open_ && !lying_) return;
    auto before = found(now_.*map, key);
    undo_.push_back([map, key, before = std::move(before)](World& world) {
        if (before)
            (world.*map)[key] = *before;
        else
            (world.*map).erase(key);
    });
}

template <class Map>
void MemoryBoxStore::put(Map World::*map, const typename Map::key_type& key,
                         typename Map::mapped_type value) {
    remember(map, key);
    (now_.*map)[key] = std::move(value);
}

template <class Map>
void MemoryBoxStore::drop(Map World::*map, const typename Map::key_type& key) {
    if (!(now_.*map).contains(key)) return;
    auto name = key; // the caller's may lie in what goes
    remember(map, name);
    (now_.*map).erase(name);
}

template <class Value>
void MemoryBoxStore::set(Value World::*value, Value to) {
    if (open_ || lying_)
        undo_.push_back([value, before = now_.*value](World& world) { world.*value = before; });
    now_.*value = std::move(to);
}

template <class Map, class Predicate>
void MemoryBoxStore::drop_if(Map World::*map, Predicate old) {
    std::vector<typename Map::key_type> keys;
    for (const auto& [key, value] : now_.*map)
        if (old(value)) keys.push_back(key);
    for (const auto& key : keys) drop(map, key);
}

} // namespace kentongan::sim
