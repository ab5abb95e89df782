import { colonHex } from "@/lib/format/identifier";

/** A root certificate, and where it is served without a sign-in. */
export type RootFile = Readonly<{
  slug: string;
  fingerprintSha256: string;
  /** The URLs of the certificate in PEM and in DER. */
  pemUrl: string;
  derUrl: string;
}>;

export type InstallStep = Readonly<{ label: string; code: string }>;
export type InstallGuide = Readonly<{
  value: string;
  label: string;
  note: string;
  steps: readonly InstallStep[];
}>;

/** As a word of a POSIX shell, whatever is in it. */
const shellWord = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const nameOf = ({ slug }: RootFile): string => `chancery-${slug}`;

/** Downloads the root and prints what must be compared: over HTTP anybody could have changed it. */
const fetchSteps = (root: RootFile): InstallStep => ({
  label: `Download, and compare with the fingerprint`,
  code: [
    `curl -fo ${nameOf(root)}.pem ${shellWord(root.pemUrl)}`,
    `openssl x509 -in ${nameOf(root)}.pem -noout -fingerprint -sha256`,
    `# ${colonHex(root.fingerprintSha256)}`,
  ].join("\n"),
});

function linuxGuides(root: RootFile): readonly InstallGuide[] {
  const name = nameOf(root);
  return [
    {
      value: "debian",
      label: "Debian, Ubuntu",
      note: "For programs that use the system's certificates, such as curl and OpenSSL. The name must end in .crt.",
      steps: [
        fetchSteps(root),
        {
          label: "Install",
          code: `sudo install -m 644 ${name}.pem /usr/local/share/ca-certificates/${name}.crt\nsudo update-ca-certificates`,
        },
      ],
    },
    {
      value: "rhel",
      label: "RHEL, Fedora",
      note: "Also for CentOS Stream, Rocky Linux, AlmaLinux and Amazon Linux.",
      steps: [
        fetchSteps(root),
        {
          label: "Install",
          code: `sudo install -m 644 ${name}.pem /etc/pki/ca-trust/source/anchors/\nsudo update-ca-trust`,
        },
      ],
    },
  ];
}

/** As a string of PowerShell in single quotes, which keeps everything but the quote itself. */
const powerShellText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function desktopGuides(root: RootFile): readonly InstallGuide[] {
  const name = nameOf(root);
  return [
    {
      value: "windows",
      label: "Windows",
      note: "In PowerShell, as an administrator. For many computers, distribute the DER file by group policy.",
      steps: [
        {
          label: "Download, and compare with the fingerprint",
          code: [
            `Invoke-WebRequest ${powerShellText(root.derUrl)} -OutFile ${name}.cer`,
            `(Get-FileHash ${name}.cer -Algorithm SHA256).Hash`,
            `# ${root.fingerprintSha256.toUpperCase()}`,
          ].join("\n"),
        },
        {
          label: "Install",
          code: `Import-Certificate ${name}.cer -CertStoreLocation Cert:\\LocalMachine\\Root`,
        },
      ],
    },
    {
      value: "macos",
      label: "macOS",
      note: "For Safari, Chrome and programs that use the keychain. It asks for an administrator's password.",
      steps: [
        fetchSteps(root),
        {
          label: "Install",
          code: `sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${name}.pem`,
        },
      ],
    },
  ];
}

function programGuides(root: RootFile): readonly InstallGuide[] {
  const name = nameOf(root);
  const path = `/usr/local/share/ca-certificates/${name}.crt`;
  return [
    {
      value: "firefox",
      label: "Firefox",
      note: "On Windows and macOS, Firefox uses what is installed on the system. On Linux it has its own certificates: a policy adds the root for every user, or import the PEM file in Settings → Privacy & Security → View Certificates → Authorities.",
      steps: [
        {
          label: "/etc/firefox/policies/policies.json",
          code: JSON.stringify({ policies: { Certificates: { Install: [path] } } }, null, 2),
        },
      ],
    },
    {
      value: "java",
      label: "Java",
      note: "For the Java installation whose keytool this is (9 or later). Other applications have a trust store in their own configuration.",
      steps: [
        fetchSteps(root),
        {
          label: "Install",
          code: `sudo keytool -importcert -cacerts -storepass changeit -noprompt -alias ${name} -file ${name}.pem`,
        },
      ],
    },
  ];
}

/** How to trust a root on each kind of system. */
export const installGuides = (root: RootFile): readonly InstallGuide[] => [
  ...linuxGuides(root),
  ...desktopGuides(root),
  ...programGuides(root),
];
