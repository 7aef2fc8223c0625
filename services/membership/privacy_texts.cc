#include "services/membership/privacy_texts.h"

#include "absl/strings/ascii.h"

namespace reglab::membership {
namespace {

// Each begins as it does within a sentence, and has no full stop.
struct Translation {
  std::string_view english;
  std::string_view swedish;
};

constexpr Translation kTranslations[] = {
    // Purposes.
    {"finds the person", "hittar personen"},
    {"the caller sees under which name he is known",
     "den som anropar ser under vilket namn den är känd"},
    {"the person sees where they are logged in",
     "personen ser var den är inloggad"},
    {"the person's calendar shows what the person may read",
     "personens kalender visar det som personen får läsa"},
    {"to answer who proposed a correction",
     "att svara den som föreslog en rättelse"},
    {"to create the person who is invited",
     "att lägga upp den person som bjuds in"},
    {"to find what is kept on a person who asks for it or is to be erased",
     "att finna vad som sparas om en person som frågar efter det eller ska "
     "raderas"},
    {"to invite to the meeting", "att kalla till mötet"},
    {"to invite to the meeting and to tell of its changes",
     "att kalla till mötet och berätta om ändringar"},
    {"to invite a person to act for an organisation",
     "att bjuda in en person att handla för en organisation"},
    {"to know a person who logs in", "att känna igen en person som loggar in"},
    {"to read one feed in a calendar", "att läsa ett flöde i en kalender"},
    {"to send a referral and to remind of it",
     "att skicka något vidare och påminna om det"},
    {"to send documents and invitations",
     "att skicka handlingar och inbjudningar"},
    {"to send invitations and documents",
     "att skicka inbjudningar och handlingar"},
    {"to send the invitation", "att skicka inbjudan"},
    {"to show who invited before an invitation is accepted",
     "att visa vem som bjöd in innan en inbjudan antas"},
    {"to show who was sent the minutes",
     "att visa vem som fick anteckningarna"},
    {"to show whom a letter went to", "att visa vem ett brev gick till"},
    {"to show whom an invitation is for before it is accepted",
     "att visa vem en inbjudan är till innan den antas"},
    {"to sign in", "att logga in"},
    {"to tell a person what is kept on them",
     "att visa en person vad som sparas om den"},
    {"a text of the work names the person",
     "en text i arbetet nämner personen"},
    {"the answer to a request, for a repetition of it",
     "svaret på ett anrop, för den som upprepar det"},
    {"what organisations think of a text that is tried on them",
     "vad organisationer tycker om en text som provtrycks"},
    {"who acts in Reglab for which organisation",
     "vem som handlar i Reglab för vilken organisation"},
    {"who answered", "vem som svarade"},
    {"who confirmed or corrected it", "vem som bekräftade eller rättade det"},
    {"who decided on a membership", "vem som beslutade om ett medlemskap"},
    {"who did what, so that misuse can be found",
     "vem som gjorde vad, så att missbruk kan upptäckas"},
    {"who invited whom", "vem som bjöd in vem"},
    {"who let whom act for an organisation",
     "vem som lät vem handla för en organisation"},
    {"who may act in which matter", "vem som får handla i vilket ärende"},
    {"who presents at the meeting", "vem som föredrar på mötet"},
    {"who said something for an organisation",
     "vem som sade något för en organisation"},
    {"who said something for an organisation, and how it was understood",
     "vem som sade något för en organisation, och hur det förstods"},
    {"who sends a file", "vem som skickar en fil"},
    {"who sent on and who answered what",
     "vem som skickade vidare och vem som svarade vad"},
    {"who took part", "vem som deltog"},
    {"who took part and who said what", "vem som deltog och vem som sade vad"},
    {"who took something on", "vem som åtog sig något"},
    {"who understood it so", "vem som förstod det så"},
    {"who vouches for the record", "vem som intygar protokollet"},
    // Retention times.
    {"24 hours", "24 timmar"},
    {"30 days after it was accepted, revoked or expired",
     "30 dagar efter att den antagits, återkallats eller gått ut"},
    {"30 days after the session ended",
     "30 dagar efter att inloggningen upphört"},
    {"as long as the journal", "lika länge som journalen"},
    {"as long as the matter; without a name",
     "lika länge som ärendet; utan namn"},
    {"as long as the person or client",
     "lika länge som personen eller klienten"},
    {"as long as the text", "lika länge som texten"},
    {"for 24 hours", "i 24 timmar"},
    {"for 90 days after the letter was asked for",
     "i 90 dagar efter att brevet begärdes"},
    {"not at all: it is shown once", "inte alls: det visas en gång"},
    {"not kept", "sparas inte"},
    {"not kept with the appointment", "sparas inte med uppdraget"},
    {"the address for 90 days after the letter was asked for",
     "adressen i 90 dagar efter att brevet begärdes"},
    {"the address until it is answered, returned or closed",
     "adressen tills det besvaras, återlämnas eller avslutas"},
    {"the appointment for good; the name until the person is erased",
     "uppdraget för gott; namnet tills personen raderas"},
    {"until 30 days after the session ended",
     "till 30 dagar efter att inloggningen upphört"},
    {"until 30 days after it was accepted, revoked or expired",
     "till 30 dagar efter att den antagits, återkallats eller gått ut"},
    {"until two years after their last appointment ended",
     "till två år efter att det sista uppdraget upphört"},
    {"until the person is erased; address and title until two years after "
     "their "
     "last appointment ended",
     "tills personen raderas; adress och titel till två år efter att det sista "
     "uppdraget upphört"},
    {"until it is answered, returned or closed",
     "tills det besvaras, återlämnas eller avslutas"},
    {"until it is sent", "tills det har skickats"},
    {"until the appointment is deleted", "tills uppdraget tas bort"},
    {"until the link or the person is deleted",
     "tills kopplingen eller personen tas bort"},
    {"until the person is deleted", "tills personen tas bort"},
    {"until the person is erased", "tills personen raderas"},
    {"until the token is revoked", "tills flödesnyckeln återkallas"},
    {"until the token is revoked or the person is erased",
     "tills flödesnyckeln återkallas eller personen raderas"},
    {"with the contribution", "med inspelet"},
    {"with the decisions of the body", "med organets beslut"},
    {"with the membership", "med medlemskapet"},
    {"with the minutes", "med anteckningarna eller protokollet"},
    {"with the minutes; never shown",
     "med anteckningarna eller protokollet; visas aldrig"},
    {"with the person alone", "med personen och ingen annanstans"},
    {"with the referral; without a name once the person is erased",
     "med det som skickades vidare; utan namn när personen har raderats"},
    // Rules that keep what an erasure would remove.
    {"names in final minutes are kept with the minutes",
     "namn i slutliga anteckningar och protokoll bevaras med dem"},
    {"the journal has only the resource name of the person, which nothing "
     "leads to any more, and can't be changed without breaking its chain",
     "journalen har bara personens resursnamn, som inget längre leder till, "
     "och kan inte ändras utan att dess kedja bryts"},
    // Legal bases.
    {"article 6(1)(e): a task carried out in the public interest",
     "artikel 6.1 e: en uppgift av allmänt intresse"},
    {"GDPR, article 6(1)(e): a task in the public interest",
     "GDPR, artikel 6.1 e: en uppgift av allmänt intresse"},
    {"GDPR, articles 5(2), 6(1)(c) and 32",
     "GDPR, artiklarna 5.2, 6.1 c och 32"},
    {"GDPR, articles 17(3)(b), 17(3)(e) and 32",
     "GDPR, artiklarna 17.3 b, 17.3 e och 32"},
    {"GDPR, articles 17(3)(d) and 89(1): archiving in the public interest; "
     "arkivlagen (1990:782), section 3",
     "GDPR, artiklarna 17.3 d och 89.1: arkivändamål av allmänt intresse; 3 § "
     "arkivlagen (1990:782)"},
};

std::string WithoutCapital(std::string_view text) {
  std::string lower(text);
  if (!lower.empty()) lower[0] = absl::ascii_tolower(lower[0]);
  return lower;
}

}  // namespace

std::string SwedishOf(std::string_view english) {
  const bool capital = !english.empty() && absl::ascii_isupper(english[0]);
  const bool stop = english.ends_with('.');
  if (stop) english.remove_suffix(1);
  const std::string wanted = WithoutCapital(english);
  for (const Translation& translation : kTranslations) {
    if (WithoutCapital(translation.english) != wanted) continue;
    std::string swedish(translation.swedish);
    if (capital) swedish[0] = absl::ascii_toupper(swedish[0]);
    if (stop) swedish += '.';
    return swedish;
  }
  return "";
}

std::string PrivacyText(std::string_view english, bool swedish) {
  std::string text = swedish ? SwedishOf(english) : "";
  return text.empty() ? std::string(english) : text;
}

}  // namespace reglab::membership
