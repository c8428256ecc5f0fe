// Without libFuzzer: replays a corpus and, from a fixed seed, mutations of it through the same entry point.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    std::vector<std::vector<std::uint8_t>> seeds{{}};
    for (int i = 1; i < argc; ++i)
        for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        }
    std::mt19937_64 random(20261124);
    std::size_t runs = 0;
    for (const auto& seed : seeds) {
        LLVMFuzzerTestOneInput(seed.data(), seed.size());
        ++runs;
        for (int mutation = 0; mutation < 2000; ++mutation, ++runs) {
            auto input = seed;
            for (auto changes = random() % 4 + 1; changes > 0; --changes) {
                auto at = input.empty() ? 0 : random() % input.size();
                switch (random() % 4) {
                case 0:
                    if (!input.empty()) input[at] = static_cast<std::uint8_t>(random());
                    break;
                case 1:
                    if (!input.empty()) input[at] ^= static_cast<std::uint8_t>(1U << random() % 8);
                    break;
                case 2:
                    input.insert(input.begin() + static_cast<long>(at), static_cast<std::uint8_t>(random()));
                    break;
                default:
                    if (!input.empty()) input.resize(at);
                }
            }
            LLVMFuzzerTestOneInput(input.data(), input.size());
        }
    }
    std::printf("%zu inputs from %zu seeds\n", runs, seeds.size());
    if (seeds.size() < 2) {
        std::puts("no corpus found");
        return 1;
    }
    return 0;
}
