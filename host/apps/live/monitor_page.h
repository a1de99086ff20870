// The page of `twinpath monitor`: one file, nothing is loaded from elsewhere, all it shows comes from /events.
#pragma once
#include <string>
#include <string_view>

namespace twinpath {

// `nonce`: what the answer's Content-Security-Policy allows style and script by. `token`: what /kill asks for; "" when
// there is no kill switch here, and `why_not` says why.
std::string monitor_page(std::string_view nonce, std::string_view token, std::string_view why_not);

}  // namespace twinpath
