#ifndef REGLAB_GATEWAY_DOCUMENTS_SCHEMAS_H_
#define REGLAB_GATEWAY_DOCUMENTS_SCHEMAS_H_

#include <google/protobuf/descriptor.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "reglab/options/v1/options.pb.h"

namespace reglab::gateway {

// What the OpenAPI document says about messages: JSON schemas and examples.
// Not thread-safe; used once, at start.
class Schemas {
 public:
  using Descriptor = google::protobuf::Descriptor;
  using FieldDescriptor = google::protobuf::FieldDescriptor;

  // Reads the names of all messages of `pool` files so that those of two
  // packages stay apart ("MeetingsChange", "MembershipChange").
  void Register(const google::protobuf::FileDescriptor* file);

  // {"$ref": "#/components/schemas/Organization"}; the schema is made too.
  boost::json::object Reference(const Descriptor* type);

  // The schema of a merge-patch: nothing is required, null clears; what can't
  // be changed is left out.
  boost::json::object PatchReference(const Descriptor* type);

  // The schema of a request message without the fields that stand elsewhere.
  boost::json::object RequestReference(
      const Descriptor* type, const std::set<const FieldDescriptor*>& without);

  // The schema of one field, with its comment, rules and example.
  boost::json::object Field(const FieldDescriptor* field);

  // An example of a message, of what its fields' rules give; for a request
  // without what the service gives.
  boost::json::object Example(
      const Descriptor* type, bool request,
      const std::set<const FieldDescriptor*>& without = {});

  // {"Organization": {…}, …}, in alphabetical order.
  boost::json::object TakeAll();

 private:
  std::string NameOf(const Descriptor* type) const;
  boost::json::object Value(const FieldDescriptor* field);
  boost::json::object Make(
      const Descriptor* type, bool patch,
      const std::function<bool(const FieldDescriptor*)>& leave_out);
  boost::json::value ExampleOf(const FieldDescriptor* field, bool request,
                               int depth);
  boost::json::object ExampleOf(
      const Descriptor* type, bool request, int depth,
      const std::set<const FieldDescriptor*>& without);

  std::map<std::string, int> uses_;  // how many messages have a short name
  std::map<std::string, boost::json::object> schemas_;
};

// The comment in front of an element of the contract, as Markdown, its
// snake_case names turned into those of REST; "" when there is none.
template <class Element>
std::string CommentOf(const Element* element);
std::string CleanComment(std::string_view comment);

// The first sentence, without its full stop, on one line.
std::string FirstSentence(std::string_view comment);

// "reglab.meetings.v1" → "Meetings".
std::string ServiceOf(const google::protobuf::FileDescriptor* file);

const reglab::options::v1::FieldRules& RulesOf(
    const google::protobuf::FieldDescriptor* field);

template <class Element>
std::string CommentOf(const Element* element) {
  google::protobuf::SourceLocation location;
  return element->GetSourceLocation(&location)
             ? CleanComment(location.leading_comments)
             : "";
}

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_DOCUMENTS_SCHEMAS_H_
