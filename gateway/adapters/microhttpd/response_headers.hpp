// What every answer carries, and the words of a refusal.
#pragma once

#include "adapters/microhttpd/http_server.hpp"

namespace kentongan::http {

/// Adds the page headers that `response` does not set itself.
void add_page_headers(Response& response);

/// The answer to a request that was refused with `status`, in the words of `writer` if there is one.
[[nodiscard]] Response refuse(const Request& request, int status, const RefusalWriter& writer);

} // namespace kentongan::http
