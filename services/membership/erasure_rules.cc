#include "services/membership/erasure_rules.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/evp.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/personal_data.h"
#include "services/membership/privacy_texts.h"

namespace reglab::membership {

using v1::Erasure;
using v1::Person;
using v1::PersonalDataSubject;
using v1::ServiceErasure;

namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp& stamp) {
  // As exact as the database keeps it, so that the digest holds.
  const int64_t micros = absl::ToUnixMicros(time);
  stamp.set_seconds(micros / 1'000'000);
  stamp.set_nanos(int(micros % 1'000'000) * 1000);
}

}  // namespace

absl::Status CheckThemselfOrSecretariat(const Caller& caller,
                                        std::string_view person) {
  if (caller.secretariat() || caller.name == person) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kPermissionDenied, "OTHER_PERSON",
      {"Only the person themself and the secretariat may do this. Ask the "
       "secretariat.",
       "Bara personen själv och kansliet får göra detta. Be kansliet."});
}

PersonalDataSubject SubjectOf(const Person& person) {
  PersonalDataSubject subject;
  subject.set_person(person.name());
  if (person.display_name() == kErasedName) return subject;
  const std::string full =
      absl::StrCat(person.given_name(), " ", person.family_name());
  if (person.display_name().find(' ') != std::string::npos) {
    subject.add_names(person.display_name());
  } else {
    subject.set_unsearched_names(1);
  }
  if (full != person.display_name()) subject.add_names(full);
  if (!person.email().empty()) subject.add_emails(person.email());
  return subject;
}

void NoteServiceDone(std::string_view service, absl::Time time,
                     const v1::ErasePersonalDataResponse& done,
                     Erasure& erasure) {
  bool all = true;
  for (ServiceErasure& each : *erasure.mutable_services()) {
    if (each.service() == service && each.state() != Erasure::COMPLETED) {
      each.set_state(Erasure::COMPLETED);
      SetTime(time, *each.mutable_complete_time());
      *each.mutable_items() = done.items();
      for (v1::ErasedItem& item : *each.mutable_items()) {
        item.set_rule_sv(SwedishOf(item.rule()));
        item.set_legal_basis_sv(SwedishOf(item.legal_basis()));
      }
    }
    all = all && each.state() == Erasure::COMPLETED;
  }
  erasure.set_state(all ? Erasure::COMPLETED : Erasure::RUNNING);
  if (!all || !erasure.digest().empty()) return;
  SetTime(time, *erasure.mutable_complete_time());
  erasure.set_digest(DigestOf(erasure));
}

std::string DigestOf(Erasure erasure) {
  erasure.clear_digest();
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    erasure.SerializeToCodedStream(&coded);
  }
  unsigned char digest[32];
  EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha256(),
             nullptr);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<char*>(digest), sizeof(digest)));
}

}  // namespace reglab::membership
