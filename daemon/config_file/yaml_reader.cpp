#include "daemon/config_file/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

namespace av1encd {
namespace {

SourcePlace place_of(const YAML::Mark& mark) {
    return {mark.line + 1, mark.column + 1};
}

YamlNode node_at(const YAML::Mark& mark, YamlNode::Kind kind, std::string text = {}) {
    YamlNode node;
    node.kind = kind;
    node.place = place_of(mark);
    node.text = std::move(text);
    return node;
}

/// Builds the tree from yaml-cpp's events. Its own nodes would hide doubled keys and follow
/// aliases.
class TreeBuilder final : public YAML::EventHandler {
public:
    YamlDocument take() { return std::move(document_); }
    /// Nothing of a broken file is kept.
    void break_off(const YAML::Exception& error) {
        // At the end of the text yaml-cpp gives the place 1:1.
        const SourcePlace place = std::max(place_of(error.mark), last_place_);
        document_.mistakes.push_back({place, "broken YAML: " + error.msg});
        document_.root = {};
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ == 2)
            complain(mark, "a second document: a file may hold only one");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        add(node_at(mark, YamlNode::Kind::null));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        complain(mark, "an alias is not supported: write the value out");
        OnNull(mark, 0);
    }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  const std::string& text) override {
        add(node_at(mark, YamlNode::Kind::scalar, text));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        open_.push_back(node_at(mark, YamlNode::Kind::list));
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        open_.push_back(node_at(mark, YamlNode::Kind::map));
    }
    void OnMapEnd() override { close(); }

private:
    void complain(const YAML::Mark& mark, std::string reason) {
        document_.mistakes.push_back({place_of(mark), std::move(reason)});
    }
    void close() {
        YamlNode node = std::move(open_.back());
        open_.pop_back();
        add(std::move(node));
    }
    void add(YamlNode node) {
        last_place_ = std::max(last_place_, node.place);
        if (open_.empty())
            set_root(std::move(node));
        else if (open_.back().kind == YamlNode::Kind::list)
            open_.back().items.push_back(std::move(node));
        else
            add_to_map(std::move(node), open_.back());
    }
    void set_root(YamlNode node) {
        if (documents_ == 1)
            document_.root = std::move(node);
    }
    /// Keys and values come by turns; a key waits in `keys_` for as long as its value is built.
    void add_to_map(YamlNode node, YamlNode& map) {
        const bool is_value = !keys_.empty() && keys_.back().depth == open_.size();
        if (!is_value) {
            keys_.push_back({open_.size(), std::move(node)});
            return;
        }
        map.members.push_back({std::move(keys_.back().key), std::move(node)});
        keys_.pop_back();
    }

    struct WaitingKey {
        std::size_t depth;
        YamlNode key;
    };

    YamlDocument document_;
    int documents_ = 0;
    SourcePlace last_place_;     ///< of what was read so far
    std::vector<YamlNode> open_; ///< lists and maps that have not ended yet, outermost first
    std::vector<WaitingKey> keys_;
};

} // namespace

YamlDocument parse_yaml(const std::string& text) {
    std::istringstream stream(text);
    TreeBuilder builder;
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& error) {
        builder.break_off(error);
    }
    return builder.take();
}

} // namespace av1encd
