import {shellWord} from '../shell-word.ts';

/** How one kind of system or browser is made to trust an authority: commands, or what to click. */
export type TrustSteps = {readonly system: string; readonly lines: readonly string[]};

/** What a user has to do, because it needs the rights of an administrator. */
export function trustSteps(certificatePath: string): readonly TrustSteps[] {
	const path = shellWord(certificatePath);
	return [
		{
			system: 'Debian, Ubuntu (curl and other programs)',
			lines: [`sudo cp ${path} /usr/local/share/ca-certificates/compartment.crt`, 'sudo update-ca-certificates'],
		},
		{
			system: 'Fedora, RHEL (curl and other programs)',
			lines: [`sudo cp ${path} /etc/pki/ca-trust/source/anchors/compartment.pem`, 'sudo update-ca-trust'],
		},
		{
			system: 'Chrome and Chromium on Linux (certutil is in libnss3-tools or nss-tools)',
			// Until its first start there is no folder, and certutil makes none.
			lines: ['mkdir -p "$HOME/.pki/nssdb"', `certutil -d "sql:$HOME/.pki/nssdb" -A -t C,, -n compartment -i ${path}`],
		},
		{
			system: 'macOS (Safari, Chrome, curl)',
			lines: [`sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${path}`],
		},
		{
			system: 'Firefox',
			lines: [
				'Settings, Privacy & Security, Certificates, View Certificates, Authorities, Import:',
				`${path}, and check "Trust this CA to identify websites"`,
			],
		},
		{system: 'Node.js', lines: [`export NODE_EXTRA_CA_CERTS=${path}`]},
	];
}
