/** What a project of a benchmark consists of. */
type Parts = {readonly name: string; readonly image: string; readonly services: readonly string[]};

/** The same containers for Compartment and for docker compose, all from one image. */
export type Shape = {
	/** Begins every name in `services`. */
	readonly prefix: string;
	/** The files of the image's folder. */
	readonly files: Readonly<Record<string, string>>;
	/** compartment.yml. */
	readonly describe: (parts: Parts) => string;
	/** compose.yaml. */
	readonly compose: (parts: Parts) => string;
};

// A shell as process 1 ignores SIGTERM, so its grace period would be measured.
const idle = {Dockerfile: 'FROM debian:trixie-slim\nSTOPSIGNAL SIGKILL\nCMD ["sleep", "infinity"]\n'};

const entries = (names: readonly string[], fields: readonly string[]): string =>
	names.map(name => `  ${name}:\n${fields.map(field => `    ${field}\n`).join('')}`).join('');

const composeFile = (name: string, services: string): string => `name: ${name}\n\nservices:\n${services}`;

const idleFields = (image: string) => [`image: ${image}`, 'restart: unless-stopped'];

/** Idle workers. */
export const workers: Shape = {
	prefix: 'worker',
	files: idle,
	describe: ({name, image, services}) =>
		`name: ${name}\n\nservices:\n${entries(services, ['kind: worker', `image: ${image}`])}`,
	compose: ({name, image, services}) => composeFile(name, entries(services, idleFields(image))),
};

/** Idle resources, and one worker more. */
export const resourcesAndWorker: Shape = {
	prefix: 'resource',
	files: idle,
	describe: ({name, image, services}) =>
		[
			`name: ${name}\n\nservices:\n${entries(['worker'], ['kind: worker', `image: ${image}`])}`,
			`resources:\n${entries(services, [`image: ${image}`])}`,
		].join('\n'),
	compose: ({name, image, services}) => composeFile(name, entries([...services, 'worker'], idleFields(image))),
};

// Perl is part of the base image, starts in a few milliseconds and hardly needs memory.
const site = {
	Dockerfile: `FROM debian:trixie-slim
COPY server.pl check.pl /
EXPOSE 3000
STOPSIGNAL SIGKILL
CMD ["perl", "/server.pl"]
`,
	'server.pl': `use IO::Socket::INET;
$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalPort => 3000, Listen => 64, ReuseAddr => 1) or die "cannot listen: $!";
while (my $client = $server->accept) {
	while (my $line = <$client>) { last if $line =~ /^\\r?$/; }
	print $client "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok";
	close $client;
}
`,
	'check.pl': `use IO::Socket::INET;
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => 3000, Timeout => 2) or exit 1;
print $socket "GET /healthz HTTP/1.0\\r\\n\\r\\n";
exit(<$socket> =~ / 200 / ? 0 : 1);
`,
};

const siteFields = ['kind: web', 'port: 3000', 'accessMode: public', 'readiness: {type: http, path: /healthz}'];

/** Web services that are asked over HTTP whether they are ready. */
export const sites: Shape = {
	prefix: 'web',
	files: site,
	describe: ({name, image, services}) =>
		`name: ${name}\n\nservices:\n${entries(services, [`image: ${image}`, ...siteFields])}`,
	compose: ({name, image, services}) => {
		const check = "healthcheck: {test: ['CMD', 'perl', '/check.pl'], interval: 1s}";
		return composeFile(name, entries(services, [...idleFields(image), check]));
	},
};
