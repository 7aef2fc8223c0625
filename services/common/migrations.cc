#include "services/common/migrations.h"

#include <libpq-fe.h>
#include <openssl/evp.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/process.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {

extern const EmbeddedFile kCommonMigrations[];

namespace {

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

std::string Checksum(std::string_view text) {
  unsigned char digest[32];
  EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha256(), nullptr);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<char*>(digest), sizeof(digest)));
}

// A plain session: what migrations run is whole files, not prepared statements.
class Session {
 public:
  static absl::StatusOr<Session> Open(const std::string& conninfo) {
    const char* keywords[] = {"dbname", "client_encoding", "options", nullptr};
    const char* values[] = {conninfo.c_str(), "UTF8",
                            "-c client_min_messages=warning", nullptr};
    Session session;
    session.connection_.reset(PQconnectdbParams(keywords, values, 1));
    if (PQstatus(session.connection_.get()) != CONNECTION_OK) {
      return absl::UnavailableError(PQerrorMessage(session.connection_.get()));
    }
    return session;
  }

  absl::Status Run(const std::string& sql) {
    Result result(PQexec(connection_.get(), sql.c_str()));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
      return absl::OkStatus();
    }
    return absl::InternalError(PQerrorMessage(connection_.get()));
  }

  // (set, version) → checksum of what was applied.
  absl::StatusOr<std::map<std::pair<std::string, std::string>, std::string>>
  Applied() {
    Result result(PQexec(connection_.get(),
                         "SELECT set, version, checksum FROM "
                         "schema_migrations"));
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
      return absl::FailedPreconditionError(
          "the database has not been migrated: run with --migrate");
    }
    std::map<std::pair<std::string, std::string>, std::string> applied;
    for (int i = 0; i < PQntuples(result.get()); ++i) {
      applied[{PQgetvalue(result.get(), i, 0),
               PQgetvalue(result.get(), i, 1)}] =
          PQgetvalue(result.get(), i, 2);
    }
    return applied;
  }

  std::string Quoted(const std::string& identifier) {
    char* quoted = PQescapeIdentifier(connection_.get(), identifier.data(),
                                      identifier.size());
    std::string text = quoted == nullptr ? "" : quoted;
    PQfreemem(quoted);
    return text;
  }

 private:
  std::unique_ptr<PGconn, CloseConnection> connection_;
};

struct Migration {
  std::string set;
  std::string version;
  std::string_view sql;
};

std::vector<Migration> AllMigrations(const EmbeddedFile* service_migrations) {
  std::vector<Migration> all;
  for (const EmbeddedFile* file = kCommonMigrations; file->name; ++file) {
    all.push_back({"common", file->name, file->text()});
  }
  for (const EmbeddedFile* file = service_migrations; file->name; ++file) {
    all.push_back({"service", file->name, file->text()});
  }
  return all;
}

// What is to be applied still.
absl::StatusOr<std::vector<Migration>> Missing(
    Session& session, const EmbeddedFile* service_migrations) {
  ASSIGN_OR_RETURN(auto applied, session.Applied());
  std::vector<Migration> missing;
  for (const Migration& migration : AllMigrations(service_migrations)) {
    auto found = applied.find({migration.set, migration.version});
    if (found == applied.end()) {
      missing.push_back(migration);
      continue;
    }
    if (found->second != Checksum(migration.sql)) {
      return absl::FailedPreconditionError(
          Concat("migration ", migration.version,
                 " was changed after it had been applied"));
    }
    applied.erase(found);
  }
  if (!applied.empty()) {
    return absl::FailedPreconditionError(
        Concat("the database is newer than this program: it has ",
               applied.begin()->first.second));
  }
  return missing;
}

}  // namespace

absl::Status Migrate(const std::string& conninfo,
                     const std::string& service_role,
                     const EmbeddedFile* service_migrations) {
  ASSIGN_OR_RETURN(Session session, Session::Open(conninfo));
  RETURN_IF_ERROR(
      session.Run("SELECT pg_advisory_lock(hashtext('reglab.migrate'))"));
  RETURN_IF_ERROR(session.Run(
      "CREATE TABLE IF NOT EXISTS schema_migrations ("
      "set text, version text, checksum text NOT NULL, "
      "at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (set, version))"));
  ASSIGN_OR_RETURN(std::vector<Migration> missing,
                   Missing(session, service_migrations));
  for (const Migration& migration : missing) {
    absl::Status applied = session.Run(Concat(
        "BEGIN;\n", migration.sql,
        "\n;INSERT INTO schema_migrations (set, version, checksum) VALUES ('",
        migration.set, "', '", migration.version, "', '",
        Checksum(migration.sql), "');\nCOMMIT;"));
    if (!applied.ok()) {
      return absl::InternalError(
          Concat(migration.version, ": ", applied.message()));
    }
    LogInfo("migrated",
            {{"set", migration.set}, {"version", migration.version}});
  }
  const std::string role = session.Quoted(service_role);
  return session.Run(Concat(
      "BEGIN;"
      "GRANT USAGE ON SCHEMA public TO ",
      role,
      ";"
      "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ",
      role,
      ";"
      "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ",
      role,
      ";"
      "REVOKE INSERT, UPDATE, DELETE ON journal, journal_readers, "
      "schema_migrations FROM ",
      role, ";REVOKE UPDATE, DELETE ON journal_pending FROM ", role,
      ";COMMIT;"));
}

absl::Status CheckMigrated(const std::string& conninfo,
                           const EmbeddedFile* service_migrations) {
  ASSIGN_OR_RETURN(Session session, Session::Open(conninfo));
  ASSIGN_OR_RETURN(std::vector<Migration> missing,
                   Missing(session, service_migrations));
  if (missing.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(Concat(
      "the database lacks ", missing.front().version, ": run with --migrate"));
}

}  // namespace reglab
