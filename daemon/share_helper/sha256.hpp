#pragma once
// SHA-256, fed piece by piece.

#include <memory>
#include <openssl/evp.h>
#include <string>
#include <string_view>

namespace av1encd {

class Sha256 {
public:
    Sha256();
    void add(std::string_view bytes);
    /// Lower-case hex; nothing can be added after it.
    std::string hex();

private:
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

} // namespace av1encd
