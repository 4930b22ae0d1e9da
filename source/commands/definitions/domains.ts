import {defineCommand, type Group} from './definition.ts';
import {applyingFlags, commonFlags, outputFlags} from './flags.ts';

export const domains = {
	parents: {domain: 'Manage the certificates of hosts'},
	commands: {
		'domain add': defineCommand({
			description: 'Store the certificate of a host; the next apply serves it with https',
			arguments: [
				{
					name: 'hosts',
					kind: 'text',
					isVariadic: true,
					description: 'Hosts, such as shop.example.com, or *.example.com for all directly below',
				},
			],
			flags: {
				cert: {
					kind: 'text',
					names: 'file',
					value: 'file',
					description: 'The certificate with those of its authorities, as PEM',
				},
				key: {kind: 'text', names: 'file', value: 'file', description: 'Its private key, as PEM'},
				'dns-command': {
					kind: 'text',
					value: 'line',
					description: 'Command that changes DNS, for wildcards: LINE present|cleanup NAME VALUE',
				},
				...commonFlags,
			},
			examples: [
				{
					line: 'domain add shop.example.com --cert fullchain.pem --key privkey.pem',
					text: 'Use a certificate that you have',
				},
				{
					line: 'domain add example.com www.example.com --cert both.pem --key both.key',
					text: 'Use one certificate for two hosts',
				},
				{
					line: "domain add '*.example.com' --dns-command ./change-dns.sh",
					text: 'Ask the ACME server for a wildcard, which DNS has to prove',
				},
				{line: 'domain add notes.localhost', text: 'Let the local authority issue one, for development'},
			],
			run: async () => (await import('../domains/add.ts')).domainAdd,
		}),
		'domain list': defineCommand({
			description: 'List the hosts of an environment with their certificates',
			flags: commonFlags,
			examples: [{line: 'domain list', text: 'See which hosts are served with https, and until when'}],
			run: async () => (await import('../domains/list.ts')).domainList,
		}),
		'domain show': defineCommand({
			description: 'Show one host and its certificate',
			arguments: [{name: 'host', kind: 'text', names: 'domain'}],
			flags: commonFlags,
			examples: [{line: 'domain show shop.example.com', text: 'Show issuer, names, dates and fingerprint'}],
			run: async () => (await import('../domains/list.ts')).domainShow,
		}),
		'domain verify': defineCommand({
			description: 'Check what DNS answers for hosts, and whether port 80 reaches the router',
			arguments: [
				{
					name: 'hosts',
					kind: 'text',
					names: 'domain',
					isOptional: true,
					isVariadic: true,
					description: 'Hosts (default: all of the environment that are not local)',
				},
			],
			flags: {
				'dns-server': {
					kind: 'text',
					value: 'address',
					description: 'Ask this DNS server, such as 1.1.1.1 or 127.0.0.1:5353 (default: those of the system)',
				},
				...commonFlags,
			},
			examples: [
				{line: 'domain verify', text: 'Check every host before a certificate is requested'},
				{line: 'domain verify shop.example.com --dns-server 1.1.1.1', text: 'Ask another DNS server about one host'},
			],
			run: async () => (await import('../domains/verify.ts')).domainVerify,
		}),
		'domain renew': defineCommand({
			description: 'Obtain certificates again: those that are due or failed, or those named',
			arguments: [{name: 'hosts', kind: 'text', names: 'domain', isVariadic: true, isOptional: true}],
			flags: {...commonFlags, ...applyingFlags},
			examples: [
				{line: 'domain renew', text: 'Renew what is due, and try again what failed'},
				{line: 'domain renew shop.example.com', text: 'Get a new certificate now'},
			],
			run: async () => (await import('../domains/renew.ts')).domainRenew,
		}),
		'domain remove': defineCommand({
			description: 'Remove the certificate of a host; the next apply serves it with http',
			arguments: [{name: 'host', kind: 'text', names: 'domain'}],
			flags: commonFlags,
			examples: [{line: 'domain remove shop.example.com', text: 'Forget its certificate and private key'}],
			run: async () => (await import('../domains/remove.ts')).domainRemove,
		}),
		'domain trust': defineCommand({
			description: 'Make the local authority, and print how to trust it',
			flags: outputFlags,
			examples: [{line: 'domain trust', text: 'Let browsers on this machine accept certificates for localhost'}],
			run: async () => (await import('../domains/trust.ts')).domainTrust,
		}),
	},
} as const satisfies Group<'domains'>;
