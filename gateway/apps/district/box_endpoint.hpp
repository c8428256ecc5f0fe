// Where boxes call: POST /v2/exchange (docs/formats/district-http.md).
#pragma once

#include "adapters/microhttpd/http_server.hpp"
#include "apps/district/office.hpp"

namespace kentongan::district_app {

/// Threads: any, several at once. The office outlives it.
class BoxEndpoint {
  public:
    explicit BoxEndpoint(Office& office) : office_(office) {}
    [[nodiscard]] http::Response answer(const http::Request& request) const;

  private:
    Office& office_;
};

} // namespace kentongan::district_app
