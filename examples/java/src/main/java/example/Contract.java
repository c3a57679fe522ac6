package example;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** The shapes of docs/contract.md, as far as this program needs them. A field that is null counts as absent. */
final class Contract {
  record Input(Login login, String mode, Details details, String tag) {}

  record Login(String loginId, String institution, String username, String password) {
    static Login of(String loginId) {
      return new Login(loginId, null, null, null);
    }
  }

  record Details(Boolean withTransactions, String daysOfTransactions, List<String> accountsFilter) {}

  record Progress(String stage, int round, String requestId, List<Challenge> challenges) {}

  record Challenge(String prompt, List<String> choices) {}

  record Answers(Integer round, String requestId, String answerId, Map<String, String> answers) {}

  record AnswerOutcome(boolean accepted, int round) {}

  record Result(String requestId, String institution, List<Account> accounts) {}

  /** Nearly every field of an account may be null or absent. */
  record Account(String title, String currency, Balance balance) {}

  record Balance(BigDecimal current) {}

  /** The first detail of a run's failure and of a refused answer. */
  record FailureDetails(String flinksCode, String requestId, List<String> fields) {}

  private Contract() {}
}
