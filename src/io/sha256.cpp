#include "io/sha256.hpp"

#include <openssl/evp.h>

#include "core/error.hpp"

namespace glassforge::io {
namespace {

void requireDone(int result) { require<FileError>(result == 1, "OpenSSL's SHA-256 failed: its library is broken here"); }

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  requireDone(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void Sha256::update(const void* data, std::size_t bytes) { requireDone(EVP_DigestUpdate(context_.get(), data, bytes)); }

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  requireDone(EVP_DigestFinal_ex(context_.get(), digest, &length));
  std::string text;
  for (unsigned k = 0; k < length; ++k) text += fmt::format("{:02x}", digest[k]);
  return text;
}

}  // namespace glassforge::io
