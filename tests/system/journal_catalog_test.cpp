// The journal's catalog explains every message id of the daemon, and journalctl takes it.

#include "daemon/system/journal_entry.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

const fs::path catalog_file = AV1ENCD_SOURCE_DIR "/packaging/systemd/av1encd.catalog";

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

struct Entry {
    std::map<std::string, std::string> headers;
    std::string body;
};

/// By id. Lines before the first entry are comments.
std::map<std::string, Entry> entries() {
    std::map<std::string, Entry> all;
    Entry* entry = nullptr;
    bool in_headers = false;
    std::istringstream lines(read(catalog_file));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("-- ")) {
            const auto [added, is_new] = all.try_emplace(line.substr(3));
            EXPECT_TRUE(is_new) << line;
            entry = &added->second;
            in_headers = true;
        } else if (entry == nullptr) {
            EXPECT_TRUE(line.empty() || line.starts_with('#')) << line;
        } else if (in_headers && !line.empty()) {
            const auto colon = line.find(": ");
            EXPECT_NE(colon, std::string::npos) << line;
            entry->headers[line.substr(0, colon)] = line.substr(colon + 2);
        } else {
            in_headers = false;
            entry->body += line + '\n';
        }
    }
    return all;
}

constexpr int number_of_kinds = static_cast<int>(EventKind::note) + 1;

/// The fields of an event that has all that its kind has, with their values.
std::map<std::string, std::string> fields_of(EventKind kind) {
    Event event;
    event.kind = kind;
    event.message = "message";
    const std::set about_a_source = {EventKind::source_done, EventKind::source_failed,
                                     EventKind::claim_lost};
    if (about_a_source.contains(kind))
        event.source = "sub/a.mp4";
    std::map<std::string, std::string> fields;
    for (const auto& field : journal_fields(event, "m1")) {
        const auto equals = field.find('=');
        fields[field.substr(0, equals)] = field.substr(equals + 1);
    }
    return fields;
}

/// The kinds that have an id, by it.
std::map<std::string, EventKind> kinds_with_id() {
    std::map<std::string, EventKind> kinds;
    for (int kind = 0; kind < number_of_kinds; ++kind) {
        const auto fields = fields_of(static_cast<EventKind>(kind));
        if (const auto id = fields.find("MESSAGE_ID"); id != fields.end())
            kinds.emplace(id->second, static_cast<EventKind>(kind));
    }
    return kinds;
}

TEST(JournalCatalog, ExplainsEveryMessageIdAndNoOther) {
    std::set<std::string> in_code;
    std::set<std::string> in_catalog;
    for (const auto& [id, kind] : kinds_with_id())
        in_code.insert(id);
    for (const auto& [id, entry] : entries())
        in_catalog.insert(id);
    EXPECT_EQ(in_catalog, in_code);
    EXPECT_EQ(in_code.size(), 7U);
}

TEST(JournalCatalog, HasTheIdsThatTheManualPageTells) {
    const auto page = read(AV1ENCD_SOURCE_DIR "/man/av1encd.8.scd");
    const std::regex id(R"(\n\*([0-9a-f]{32})\*\n)");
    std::set<std::string> told;
    for (std::sregex_iterator match(page.begin(), page.end(), id), end; match != end; ++match)
        told.insert((*match)[1]);
    std::set<std::string> in_code;
    for (const auto& [number, kind] : kinds_with_id())
        in_code.insert(number);
    EXPECT_EQ(told, in_code);
}

TEST(JournalCatalog, SaysOfEachWhatItIsAndWhereToReadMore) {
    for (const auto& [id, entry] : entries()) {
        std::set<std::string> headers;
        for (const auto& [name, value] : entry.headers) {
            headers.insert(name);
            EXPECT_FALSE(value.empty()) << id;
        }
        EXPECT_EQ(headers,
                  (std::set<std::string>{"Subject", "Defined-By", "Support", "Documentation"}))
            << id;
        EXPECT_THAT(entry.body,
                    ::testing::AnyOf(HasSubstr("othing is to be done"), HasSubstr("av1ctl ")))
            << id << " tells what to do";
        std::istringstream lines(entry.body);
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(line.size(), 76U) << line;
    }
}

// journalctl would show it as it stands: the names of av1encd's fields have a digit.
TEST(JournalCatalog, NamesNoField) {
    for (const auto& [id, entry] : entries())
        EXPECT_THAT(entry.headers.at("Subject") + entry.body, Not(HasSubstr("@"))) << id;
}

TEST(JournalCatalog, IsTakenAndShownByJournalctl) {
    const TemporaryFolder root;
    const auto journalctl = [&root](const std::string& what) {
        return run_program({"journalctl", what, "--root=" + root.path().native()}, {}, root.path());
    };
    if (run_program({"journalctl", "--version"}, {}, root.path()).outcome.exit_status != 0)
        GTEST_SKIP() << "there is no journalctl here";
    root.write("usr/lib/systemd/catalog/av1encd.catalog", read(catalog_file));
    fs::create_directories(root.path() / "var/lib/systemd/catalog");
    const auto update = journalctl("--update-catalog");
    ASSERT_EQ(update.outcome.exit_status, 0);
    EXPECT_THAT(update.outcome.stderr_lines, ::testing::IsEmpty());
    const auto dump = journalctl("--dump-catalog").output;
    for (const auto& [id, entry] : entries()) {
        EXPECT_THAT(dump, HasSubstr("-- " + id + "\n"));
        EXPECT_THAT(dump, HasSubstr("Subject: " + entry.headers.at("Subject") + "\n"));
        EXPECT_THAT(dump, HasSubstr(entry.body.substr(0, entry.body.find_last_not_of('\n'))));
    }
}

} // namespace
} // namespace av1encd
