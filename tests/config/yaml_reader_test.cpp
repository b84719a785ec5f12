#include "daemon/config_file/yaml_reader.hpp"

#include <gmock/gmock.h>

namespace av1encd {
namespace {

using ::testing::ElementsAre;

YamlNode scalar(SourcePlace place, std::string text) {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.place = place;
    node.text = std::move(text);
    return node;
}

YamlNode list(SourcePlace place, std::vector<YamlNode> items) {
    YamlNode node;
    node.kind = YamlNode::Kind::list;
    node.place = place;
    node.items = std::move(items);
    return node;
}

YamlNode map(SourcePlace place, std::vector<YamlMember> members) {
    YamlNode node;
    node.kind = YamlNode::Kind::map;
    node.place = place;
    node.members = std::move(members);
    return node;
}

std::vector<Mistake> mistakes_of(const std::string& text) {
    const auto document = parse_yaml(text);
    EXPECT_EQ(document.root, YamlNode{});
    return document.mistakes;
}

TEST(YamlReader, EverythingKnowsItsPlaceAndScalarsStayText) {
    const auto document = parse_yaml("a: 010\n"
                                     "b:\n"
                                     "  c: [yes, \"x\\ty\"]\n"
                                     "a: ~\n");
    YamlNode null;
    null.place = {4, 4};
    const auto expected = map(
        {1, 1}, {{scalar({1, 1}, "a"), scalar({1, 4}, "010")},
                 {scalar({2, 1}, "b"),
                  map({3, 3}, {{scalar({3, 3}, "c"),
                                list({3, 6}, {scalar({3, 7}, "yes"), scalar({3, 12}, "x\ty")})}})},
                 {scalar({4, 1}, "a"), null}});
    EXPECT_EQ(document, (YamlDocument{expected, {}}));
}

TEST(YamlReader, AKeyMayBeAnythingAndItsValueComesWithIt) {
    const auto document = parse_yaml("? [a, {b: c}]\n: {d: e}\n");
    ASSERT_EQ(document.root.members.size(), 1U);
    EXPECT_EQ(document.root.members[0].key,
              list({1, 3}, {scalar({1, 4}, "a"),
                            map({1, 7}, {{scalar({1, 8}, "b"), scalar({1, 11}, "c")}})}));
    EXPECT_EQ(document.root.members[0].value,
              map({2, 3}, {{scalar({2, 4}, "d"), scalar({2, 7}, "e")}}));
}

TEST(YamlReader, AnEmptyFileIsNothingWithoutAMistake) {
    EXPECT_EQ(parse_yaml(""), YamlDocument{});
    EXPECT_EQ(parse_yaml("# only a comment\n"), YamlDocument{});
}

TEST(YamlReader, BytesThatAreNotUtf8StayAsTheyAre) {
    const auto document = parse_yaml("a: '/x/\xe4\xff'");
    ASSERT_EQ(document.root.members.size(), 1U);
    EXPECT_EQ(document.root.members[0].value.text, "/x/\xe4\xff");
}

TEST(YamlReader, BrokenYamlIsOneMistakeAtItsPlace) {
    EXPECT_THAT(mistakes_of("a: b\n c: d\n"),
                ElementsAre(Mistake{SourcePlace{2, 3}, "broken YAML: illegal map value"}));
    EXPECT_THAT(
        mistakes_of("a: [1, 2"),
        ElementsAre(Mistake{SourcePlace{1, 8}, "broken YAML: end of sequence flow not found"}));
    EXPECT_THAT(mistakes_of("a: @b"),
                ElementsAre(Mistake{SourcePlace{1, 4}, "broken YAML: unknown token"}));
}

TEST(YamlReader, DeepNestingDoesNotExhaustTheStack) {
    const auto mistakes = mistakes_of(std::string(100'000, '['));
    ASSERT_EQ(mistakes.size(), 1U);
    EXPECT_THAT(mistakes[0].reason, ::testing::StartsWith("broken YAML: "));
}

TEST(YamlReader, ASecondDocumentIsRefused) {
    const auto document = parse_yaml("a: 1\n---\nb: 2\n---\nc: 3\n");
    EXPECT_THAT(
        document.mistakes,
        ElementsAre(Mistake{SourcePlace{2, 1}, "a second document: a file may hold only one"}));
    EXPECT_EQ(document.root, map({1, 1}, {{scalar({1, 1}, "a"), scalar({1, 4}, "1")}}));
}

TEST(YamlReader, AliasesAreRefused) {
    EXPECT_THAT(
        parse_yaml("a: &x [1]\nb: *x\n").mistakes,
        ElementsAre(Mistake{SourcePlace{2, 4}, "an alias is not supported: write the value out"}));
}

} // namespace
} // namespace av1encd
