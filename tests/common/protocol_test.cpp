#include "common/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

std::vector<Message> messages_of(MessageReader& reader) {
    std::vector<Message> messages;
    while (auto message = reader.next())
        messages.push_back(std::move(*message));
    return messages;
}

template <typename Function>
std::string complaint_of(Function function) {
    try {
        function();
    } catch (const BadMessage& error) {
        return error.what();
    }
    return "no complaint";
}

std::string request_complaint(std::string_view text) {
    return complaint_of([&] { decode_request(text); });
}

TEST(MessageReader, CutsAtTheFirstNulOrNewline) {
    MessageReader reader(100);
    reader.add("one\0two\nthree"s);
    EXPECT_THAT(messages_of(reader), ElementsAre(Message{"one", MessageEnd::nul, false},
                                                 Message{"two", MessageEnd::newline, false}));
    reader.add("\n\0"s);
    EXPECT_THAT(messages_of(reader), ElementsAre(Message{"three", MessageEnd::newline, false},
                                                 Message{"", MessageEnd::nul, false}));
}

TEST(MessageReader, JoinsAMessageThatComesByteByByte) {
    MessageReader reader(100);
    for (const char byte : "{\"method\":\"x\"}"s) {
        reader.add({&byte, 1});
        EXPECT_EQ(reader.next(), std::nullopt);
    }
    reader.add("\0"s);
    EXPECT_EQ(reader.next(), (Message{"{\"method\":\"x\"}", MessageEnd::nul, false}));
}

TEST(MessageReader, TakesAMessageOfExactlyTheLargestSize) {
    MessageReader reader(4);
    reader.add("1234\n");
    EXPECT_EQ(reader.next(), (Message{"1234", MessageEnd::newline, false}));
}

TEST(MessageReader, DropsALongMessageAndGoesOnWithTheNext) {
    MessageReader reader(4);
    reader.add("12345\nok\n");
    EXPECT_THAT(messages_of(reader), ElementsAre(Message{"", MessageEnd::newline, true},
                                                 Message{"ok", MessageEnd::newline, false}));
}

TEST(MessageReader, KnowsThatAnUnfinishedMessageIsTooLong) {
    MessageReader reader(4);
    reader.add("1234");
    EXPECT_EQ(reader.next(), std::nullopt);
    EXPECT_FALSE(reader.overflowing());
    reader.add("5");
    EXPECT_EQ(reader.next(), std::nullopt);
    EXPECT_TRUE(reader.overflowing());
    reader.add("6");
    EXPECT_EQ(reader.next(), std::nullopt);
    reader.add("\0next\0"s);
    EXPECT_THAT(messages_of(reader), ElementsAre(Message{"", MessageEnd::nul, true},
                                                 Message{"next", MessageEnd::nul, false}));
    EXPECT_FALSE(reader.overflowing());
}

TEST(Protocol, EndsAFrameAsItWasAskedFor) {
    EXPECT_EQ(framed("{}", MessageEnd::nul), "{}\0"s);
    EXPECT_EQ(framed("{}", MessageEnd::newline), "{}\n");
}

TEST(Protocol, ReadsBackTheRequestItWrote) {
    const Request request{.method = "org.av1encd.Pause",
                          .arguments = {{"drain", true},
                                        {"reason", "a \"quoted\"\nline"},
                                        {"seconds", std::int64_t{90}}},
                          .more = true,
                          .oneway = true};
    const auto text = encode_request(request);
    EXPECT_EQ(text, R"({"method":"org.av1encd.Pause","more":true,"oneway":true,"parameters":)"
                    R"({"drain":true,"reason":"a \"quoted\"\nline","seconds":90}})");
    EXPECT_EQ(decode_request(text), request);
}

TEST(Protocol, WritesOnlyWhatARequestSays) {
    EXPECT_EQ(encode_request({.method = "org.av1encd.Status"}),
              R"({"method":"org.av1encd.Status"})");
}

TEST(Protocol, LeavesNullArgumentsOutAndMarksThoseOfOtherTypes) {
    const auto request = decode_request(
        R"({"method":"m","parameters":{"a":null,"b":1.5,"c":[],"d":{},"e":18446744073709551615}})");
    const Arguments others{{"b", {}}, {"c", {}}, {"d", {}}, {"e", {}}};
    EXPECT_EQ(request.arguments, others);
}

TEST(Protocol, TakesNullForNothingWhereVarlinkAllowsIt) {
    EXPECT_EQ(decode_request(R"({"method":"m","parameters":null,"more":null})"),
              Request{.method = "m"});
}

TEST(Protocol, SaysWhatIsWrongWithARequest) {
    EXPECT_EQ(request_complaint("{"), "the message is not JSON: at line 1, column 2: syntax error "
                                      "while parsing object key - unexpected end of input; "
                                      "expected string literal");
    EXPECT_EQ(request_complaint("[]"), "the message is not a JSON object");
    EXPECT_EQ(request_complaint("{}"), "the message names no 'method'");
    EXPECT_EQ(request_complaint(R"({"method":7})"), "the message names no 'method'");
    EXPECT_EQ(request_complaint(R"({"method":"m","more":1})"), "'more' is neither true nor false");
    EXPECT_EQ(request_complaint(R"({"method":"m","parameters":[]})"),
              "'parameters' is not an object");
}

TEST(Protocol, RefusesBytesThatAreNotUtf8) {
    EXPECT_NE(request_complaint("{\"method\":\"\xff\"}"), "no complaint");
}

TEST(Protocol, RefusesDeepNestingBeforeItCostsMemory) {
    EXPECT_EQ(request_complaint(R"({"method":"m","parameters":{"a":)" + std::string(500'000, '[')),
              "the message nests deeper than 8 levels");
}

TEST(Protocol, ReadsBackTheReplyItWrote) {
    const Reply reply{.parameters = R"({"event":"done"})", .continues = true};
    EXPECT_EQ(encode_reply(reply), R"({"parameters":{"event":"done"},"continues":true})");
    EXPECT_EQ(decode_reply(encode_reply(reply)), reply);
}

TEST(Protocol, ReadsTheReasonOfAnError) {
    const Reply refused{.parameters = R"({"reason":"the disk is full"})",
                        .error = "org.av1encd.Refused",
                        .reason = "the disk is full"};
    EXPECT_EQ(encode_reply(refused),
              R"({"error":"org.av1encd.Refused","parameters":{"reason":"the disk is full"}})");
    EXPECT_EQ(decode_reply(encode_reply(refused)), refused);
}

TEST(Protocol, SaysWhatAnErrorOfVarlinkIsAbout) {
    const auto about = [](std::string_view text) { return decode_reply(text).reason; };
    EXPECT_EQ(about(R"({"error":"org.varlink.service.InvalidParameter",)"
                    R"("parameters":{"parameter":"source"}})"),
              "org.varlink.service.InvalidParameter: parameter 'source'");
    EXPECT_EQ(about(R"({"error":"org.varlink.service.ExpectedMore"})"),
              "org.varlink.service.ExpectedMore");
}

TEST(Protocol, TakesAReplyWithoutParameters) {
    EXPECT_EQ(decode_reply("{}"), Reply{});
}

TEST(JsonObject, WritesMembersInTheirOrder) {
    JsonObject object;
    EXPECT_EQ(object.text(), "{}");
    object.add("text", "a\"b").add_list("texts", {"x", "y"}).add_json("json", "[1,2]");
    EXPECT_EQ(object.text(), R"({"text":"a\"b","texts":["x","y"],"json":[1,2]})");
}

TEST(JsonObject, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(JsonObject().add("reason", "bad \xff byte").text(),
              "{\"reason\":\"bad \xef\xbf\xbd byte\"}");
}

TEST(JsonObject, GivesItsMembersBack) {
    const auto* object = R"({"text":"a","texts":["x","y"],"json":{"n":[1,2]}})";
    EXPECT_EQ(text_member(object, "text"), "a");
    EXPECT_THAT(texts_member(object, "texts"), ElementsAre("x", "y"));
    EXPECT_EQ(json_member(object, "json"), R"({"n":[1,2]})");
}

TEST(JsonObject, SaysWhichMemberIsNotThereOrOfAnotherType) {
    const auto* object = R"({"n":1})";
    EXPECT_EQ(complaint_of([&] { text_member(object, "m"); }), "the reply has no 'm'");
    EXPECT_EQ(complaint_of([&] { text_member(object, "n"); }), "'n' is not a text");
    EXPECT_EQ(complaint_of([&] { texts_member(object, "n"); }), "'n' is not a list of texts");
}

} // namespace
} // namespace av1encd
