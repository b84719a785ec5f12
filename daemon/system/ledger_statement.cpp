#include "daemon/system/ledger_statement.hpp"

namespace av1encd {

namespace {

std::string one_text(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) {
        for (const char character : line) {
            if (character == '\n' || character == '\\')
                text += '\\';
            text += character == '\n' ? 'n' : character;
        }
        text += '\n';
    }
    return text;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    std::string line;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\n') {
            lines.push_back(std::move(line));
            line.clear();
        } else if (text[at] == '\\' && at + 1 < text.size()) {
            ++at;
            line += text[at] == 'n' ? '\n' : text[at];
        } else {
            line += text[at];
        }
    }
    return lines;
}

} // namespace

std::optional<std::int64_t> LedgerStatement::optional_integer() {
    const auto value = column();
    return value.isNull() ? std::nullopt : std::optional(value.getInt64());
}

std::optional<int> LedgerStatement::optional_small() {
    const auto value = optional_integer();
    return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

std::optional<WallTime> LedgerStatement::optional_time() {
    const auto value = optional_integer();
    return value ? std::optional(WallTime(std::chrono::milliseconds(*value))) : std::nullopt;
}

std::vector<std::string> LedgerStatement::lines() {
    return lines_of(text());
}

void LedgerStatement::bind(const Bytes& bytes) {
    statement_.bind(++bound_, static_cast<const void*>(bytes.value.data()),
                    static_cast<int>(bytes.value.size()));
}

void LedgerStatement::bind(const std::vector<std::string>& lines) {
    bind(one_text(lines));
}

} // namespace av1encd
