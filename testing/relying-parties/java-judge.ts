/**
 * A Java program that validates paths with revocation checking on. Arguments: root, issuing CA, the
 * CRLs in PEM or the address of the responder, then names and files of leaves. Prints a line of name
 * and verdict for each.
 */
export const javaJudge = `
import java.io.FileInputStream;
import java.net.URI;
import java.security.cert.*;
import java.util.*;

public class Judge {
  static final CertificateFactory factory = make();

  static CertificateFactory make() {
    try { return CertificateFactory.getInstance("X.509"); }
    catch (CertificateException e) { throw new RuntimeException(e); }
  }

  static X509Certificate read(String file) throws Exception {
    try (FileInputStream in = new FileInputStream(file)) {
      return (X509Certificate) factory.generateCertificate(in);
    }
  }

  public static void main(String[] args) throws Exception {
    X509Certificate root = read(args[0]), issuing = read(args[1]);
    for (int at = 3; at + 1 < args.length; at += 2) {
      CertPath path = factory.generateCertPath(List.of(read(args[at + 1]), issuing));
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
      if (args[2].startsWith("http:")) {
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        checker.setOcspResponder(new URI(args[2]));
        checker.setOptions(EnumSet.of(
            PKIXRevocationChecker.Option.ONLY_END_ENTITY, PKIXRevocationChecker.Option.NO_FALLBACK));
        parameters.addCertPathChecker(checker);
      } else {
        try (FileInputStream in = new FileInputStream(args[2])) {
          parameters.addCertStore(CertStore.getInstance(
              "Collection", new CollectionCertStoreParameters(factory.generateCRLs(in))));
        }
      }
      try {
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
        System.out.println(args[at] + " accepted");
      } catch (CertPathValidatorException e) {
        System.out.println(args[at] + " refused " + e.getMessage());
      }
    }
  }
}
`;
