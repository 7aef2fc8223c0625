import java.io.File;
import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Says which flavour of PDF/A a file claims to be; fails, with each rule that is broken, unless it is. */
public class Validate {
  public static void main(String[] arguments) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(new File(arguments[0])));
         PDFAValidator validator = Foundries.defaultInstance().createValidator(parser.getFlavour(), false)) {
      ValidationResult result = validator.validate(parser);
      System.out.println(parser.getFlavour().getId());
      for (TestAssertion broken : result.getTestAssertions()) {
        if (broken.getStatus() == TestAssertion.Status.FAILED) {
          System.out.println(broken.getRuleId().getClause() + ": " + broken.getMessage());
        }
      }
      System.exit(result.isCompliant() ? 0 : 1);
    }
  }
}
