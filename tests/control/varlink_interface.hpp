#pragma once
// An interface description read strictly by varlink.org's grammar, and JSON held against its types.

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

struct VarlinkType {
    enum class Kind {
        boolean,
        integer,
        number,
        string,
        object,
        named,
        structure,
        enumeration,
        array,
        map,
        maybe
    };
    Kind kind = Kind::object;
    std::string name;                                        ///< of `named`
    std::vector<std::pair<std::string, VarlinkType>> fields; ///< of `structure`
    std::vector<std::string> words;                          ///< of `enumeration`
    std::shared_ptr<VarlinkType> element;                    ///< of `array`, `map`, `maybe`
};

struct VarlinkInterface {
    std::string name;
    std::map<std::string, VarlinkType> types;
    std::map<std::string, std::pair<VarlinkType, VarlinkType>> methods; ///< parameters, reply
    std::map<std::string, VarlinkType> errors;
};

/// Throws std::runtime_error with the place of what is against the grammar, of what has its name
/// twice, and of types that are not there.
VarlinkInterface parse_varlink(std::string_view text);

/// Why the value is not of the type; empty where it is. Members that the type does not have are
/// not.
std::string mismatch(const VarlinkInterface& interface, const VarlinkType& type,
                     const nlohmann::json& value);

} // namespace av1encd
