#include "services/common/errors.h"

#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

constexpr std::string_view kDomain = "reglab";
constexpr std::string_view kTypePrefix = "type.googleapis.com/";
constexpr std::string_view kErrorInfo =
    "type.googleapis.com/google.rpc.ErrorInfo";
constexpr std::string_view kBadRequest =
    "type.googleapis.com/google.rpc.BadRequest";
constexpr std::string_view kResourceInfo =
    "type.googleapis.com/google.rpc.ResourceInfo";
constexpr std::string_view kLocalizedMessage =
    "type.googleapis.com/google.rpc.LocalizedMessage";
// The Swedish twins, which never leave the process under these names.
constexpr std::string_view kSwedishBadRequest = "reglab/BadRequest.sv";
constexpr std::string_view kSwedishMessage = "reglab/message.sv";

std::optional<std::string> Payload(const absl::Status& status,
                                   std::string_view url) {
  const auto payload = status.GetPayload(ForAbsl(url));
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

void SetPayload(absl::Status& status, std::string_view url,
                const std::string& bytes) {
  status.SetPayload(ForAbsl(url), absl::Cord(bytes));
}

void AddDetail(google::rpc::Status& proto, std::string_view url,
               std::string bytes) {
  google::protobuf::Any& any = *proto.add_details();
  any.set_type_url(std::string(url));
  any.set_value(std::move(bytes));
}

std::string BadRequestBytes(const std::vector<FieldError>& fields,
                            std::string Text::*language) {
  google::rpc::BadRequest bad_request;
  for (const FieldError& error : fields) {
    auto& violation = *bad_request.add_field_violations();
    violation.set_field(error.field);
    violation.set_description(error.text.*language);
  }
  return bad_request.SerializeAsString();
}

// What a status without our details says: one from the gRPC library, or from a
// place that had no better words. Its own message belongs in the log, because
// it may quote anything.
Text PlainText(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kCancelled:
      return {"The call was cancelled.", "Anropet avbröts."};
    case absl::StatusCode::kDeadlineExceeded:
      return {"The answer took too long. Try again.",
              "Svaret dröjde för länge. Försök igen."};
    case absl::StatusCode::kUnavailable:
      return {"The service does not answer right now. Try again in a moment.",
              "Tjänsten svarar inte just nu. Försök igen om en stund."};
    case absl::StatusCode::kResourceExhausted:
      return {"A limit was reached. Send less, or try again in a moment.",
              "En gräns är nådd. Skicka mindre eller försök igen om en stund."};
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return {"The request is not right. Compare it with the documentation.",
              "Anropet är felaktigt. Jämför det med dokumentationen."};
    case absl::StatusCode::kNotFound:
      return {"There is no such thing, or you may not read it.",
              "Det finns inte, eller så får du inte läsa det."};
    case absl::StatusCode::kAlreadyExists:
      return {"It exists already.", "Det finns redan."};
    case absl::StatusCode::kPermissionDenied:
      return {"You may not do this.", "Du får inte göra detta."};
    case absl::StatusCode::kUnauthenticated:
      return {"The call needs valid credentials.",
              "Anropet kräver giltig inloggning."};
    case absl::StatusCode::kFailedPrecondition:
      return {"The present state does not allow this.",
              "Det nuvarande läget tillåter inte detta."};
    case absl::StatusCode::kAborted:
      return {"Something else changed the same thing at once. Try again.",
              "Något annat ändrade samma sak samtidigt. Försök igen."};
    case absl::StatusCode::kUnimplemented:
      return {"There is no such method.", "Det finns ingen sådan metod."};
    default:
      return {
          "Something went wrong on our side. Try again, and report the trace "
          "id if it happens again.",
          "Något gick fel hos oss. Försök igen, och anmäl spårnumret om det "
          "upprepas."};
  }
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view reason,
                       Text text, std::vector<FieldError> fields) {
  absl::Status status(code, text.en);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kDomain));
  SetPayload(status, kErrorInfo, info.SerializeAsString());
  SetPayload(status, kSwedishMessage, text.sv);
  if (!fields.empty()) {
    SetPayload(status, kBadRequest, BadRequestBytes(fields, &Text::en));
    SetPayload(status, kSwedishBadRequest, BadRequestBytes(fields, &Text::sv));
  }
  return status;
}

absl::Status InvalidField(std::string_view field, Text text) {
  return InvalidFields({{std::string(field), std::move(text)}});
}

absl::Status InvalidFields(std::vector<FieldError> fields) {
  Text text = {"Several fields are wrong; each of them is described.",
               "Flera fält är fel; vart och ett beskrivs."};
  // With the field in front, for those who show nothing but the text.
  if (fields.size() == 1 && !fields.front().field.empty()) {
    const FieldError& only = fields.front();
    text = {absl::StrCat(only.field, ": ", only.text.en),
            absl::StrCat(only.field, ": ", only.text.sv)};
  } else if (fields.size() == 1) {
    text = fields.front().text;
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD",
                   std::move(text), std::move(fields));
}

absl::Status NotFound(std::string_view name) {
  const std::string excerpt = Excerpt(name);
  return MakeError(
      absl::StatusCode::kNotFound, "NOT_FOUND",
      {absl::StrCat("\"", excerpt,
                    "\" does not exist, or you may not read it. Check the "
                    "name, or list the collection."),
       absl::StrCat("”", excerpt,
                    "” finns inte, eller så får du inte läsa det. Kontrollera "
                    "namnet eller lista samlingen.")});
}

absl::Status AlreadyExists(std::string_view name) {
  const std::string excerpt = Excerpt(name);
  return MakeError(
      absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS",
      {absl::StrCat(
           "\"", excerpt,
           "\" exists already. Change that one, or choose another id."),
       absl::StrCat("”", excerpt,
                    "” finns redan. Ändra den, eller välj ett annat id.")});
}

absl::Status EtagMismatch(std::string_view name) {
  const std::string excerpt = Excerpt(name);
  absl::Status status = MakeError(
      absl::StatusCode::kAborted, "ETAG_MISMATCH",
      {absl::StrCat("\"", excerpt,
                    "\" was changed after you read it. Read it again and make "
                    "your change to that."),
       absl::StrCat("”", excerpt,
                    "” har ändrats sedan du läste den. Läs om den och gör din "
                    "ändring i den nya versionen.")});
  google::rpc::ResourceInfo info;
  info.set_resource_name(std::string(name));
  AddDetail(status, info);
  return status;
}

void AddDetail(absl::Status& status, const google::protobuf::Message& detail) {
  SetPayload(status, absl::StrCat(ForAbsl(kTypePrefix), detail.GetTypeName()),
             detail.SerializeAsString());
}

std::string ResourceOf(const absl::Status& status) {
  google::rpc::ResourceInfo info;
  const std::optional<std::string> bytes = Payload(status, kResourceInfo);
  if (!bytes || !info.ParseFromString(*bytes)) return "";
  return info.resource_name();
}

absl::Status ChangedMeanwhile() {
  return MakeError(absl::StatusCode::kAborted, "CONFLICT",
                   {"Another change was made at the same time; try again.",
                    "En annan ändring gjordes samtidigt; försök igen."});
}

absl::Status PermissionMissing(std::string_view permission) {
  return MakeError(
      absl::StatusCode::kPermissionDenied, "PERMISSION_MISSING",
      {absl::StrCat("This needs the permission ", ForAbsl(permission),
                    ", which you do not have. Ask the secretariat for it."),
       absl::StrCat("Detta kräver behörigheten ", ForAbsl(permission),
                    ", som du inte har. Be kansliet om den.")});
}

absl::Status Unauthenticated(Text text) {
  return MakeError(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED",
                   std::move(text));
}

absl::Status Refused(std::string_view reason, Text text,
                     std::vector<FieldError> fields) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason,
                   std::move(text), std::move(fields));
}

absl::Status Overloaded() {
  return MakeError(absl::StatusCode::kResourceExhausted, "OVERLOADED",
                   {"There is too much to do right now. Try again in a moment.",
                    "Det är för mycket att göra just nu. Försök igen om en "
                    "stund."});
}

absl::Status Unavailable(Text what) {
  return MakeError(
      absl::StatusCode::kUnavailable, "UNAVAILABLE",
      {absl::StrCat("No answer from ", what.en, ". Try again in a moment."),
       absl::StrCat("Inget svar från ", what.sv,
                    ". Försök igen om en stund.")});
}

absl::Status InternalError() {
  return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                   PlainText(absl::StatusCode::kInternal));
}

google::rpc::Status ToProto(const absl::Status& status, bool swedish) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  if (status.ok()) return proto;

  std::optional<std::string> info = Payload(status, kErrorInfo);
  Text text = TextOf(status);
  if (!info) {
    text = PlainText(status.code());
    google::rpc::ErrorInfo plain;
    plain.set_reason(absl::StatusCodeToString(status.code()));
    plain.set_domain(std::string(kDomain));
    info = plain.SerializeAsString();
  }
  proto.set_message(text.en);
  AddDetail(proto, kErrorInfo, *std::move(info));

  std::optional<std::string> fields = Payload(status, kBadRequest);
  if (auto twin = Payload(status, kSwedishBadRequest); twin && swedish) {
    fields = std::move(twin);
  }
  if (fields) AddDetail(proto, kBadRequest, *std::move(fields));

  google::rpc::LocalizedMessage localized;
  localized.set_locale(swedish ? "sv" : "en");
  localized.set_message(swedish ? text.sv : text.en);
  AddDetail(proto, kLocalizedMessage, localized.SerializeAsString());

  status.ForEachPayload([&](absl::string_view url, const absl::Cord& bytes) {
    const std::string_view name(url.data(), url.size());
    if (name != kErrorInfo && name != kBadRequest &&
        absl::StartsWith(url, ForAbsl(kTypePrefix))) {
      AddDetail(proto, name, std::string(bytes));
    }
  });
  return proto;
}

absl::Status FromProto(const google::rpc::Status& proto) {
  absl::Status status(static_cast<absl::StatusCode>(proto.code()),
                      proto.message());
  if (status.ok()) return status;
  for (const google::protobuf::Any& detail : proto.details()) {
    google::rpc::LocalizedMessage localized;
    if (detail.type_url() != kLocalizedMessage) {
      SetPayload(status, detail.type_url(), detail.value());
    } else if (localized.ParseFromString(detail.value()) &&
               localized.locale() == "sv") {
      SetPayload(status, kSwedishMessage, localized.message());
    }
  }
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const std::optional<std::string> bytes = Payload(status, kErrorInfo);
  if (!bytes || !info.ParseFromString(*bytes)) return "";
  return info.reason();
}

Text TextOf(const absl::Status& status) {
  Text text = {std::string(status.message()), std::string(status.message())};
  if (auto message = Payload(status, kSwedishMessage)) {
    text.sv = *std::move(message);
  }
  return text;
}

}  // namespace reglab
