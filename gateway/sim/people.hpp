// The simulated people: they fill in forms of any catalogue.
#pragma once

#include "domain/request.hpp"
#include "sim/dice.hpp"
#include "wire/local.hpp"

#include <optional>
#include <vector>

namespace kentongan::sim {

class People {
  public:
    /// Keeps references.
    People(const domain::Pack& pack, const domain::Village& village);

    /// A filled form with a fresh once-token. Every text in it holds `mark`, so that it can be told from
    /// every other, and be looked for where it must not be.
    [[nodiscard]] wire::local::Submit fill(Dice& dice, const std::string& mark) const;
    /// Services that they know how to ask for; none: the catalogue's rules are beyond them.
    [[nodiscard]] std::size_t services() const { return services_.size(); }

  private:
    [[nodiscard]] std::optional<wire::local::Submit> filled(const domain::Service& service, Dice& dice,
                                                            const std::string& mark) const;
    [[nodiscard]] std::string answer(const domain::Field& field, Dice& dice, const std::string& mark) const;
    [[nodiscard]] std::string identity(Dice& dice) const;

    const domain::Pack& pack_;
    const domain::Village& village_;
    std::vector<const domain::Service*> services_;
};

} // namespace kentongan::sim
