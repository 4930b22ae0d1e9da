/** Variables that change what a program runs, where it connects, or which configuration it reads. */
const exact = [
	...['PATH', 'PATHEXT', 'HOME', 'USERPROFILE', 'SHELL', 'COMSPEC', 'IFS', 'ENV', 'BASH_ENV', 'PROMPT_COMMAND'],
	...['TMPDIR', 'TMP', 'TEMP', 'EDITOR', 'VISUAL', 'PAGER', 'BROWSER', 'GCONV_PATH', 'LOCPATH'],
	...['NODE_OPTIONS', 'NODE_PATH', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED'],
	...['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'PERL5LIB', 'PERL5OPT', 'RUBYLIB', 'RUBYOPT', 'JAVA_TOOL_OPTIONS'],
	...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'CURL_CA_BUNDLE', 'SSLKEYLOGFILE'],
	...['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'ALL_PROXY', 'NO_PROXY'],
];

const prefixes = [
	...['LD_', 'DYLD_', 'DOCKER_', 'BUILDKIT_', 'BUILDX_', 'GIT_', 'SSH_', 'XDG_', 'COMPARTMENT_'],
	...['BASH_FUNC_', 'GRPC_', 'MISE_', 'OTEL_'],
];

/**
 * Whether a variable could steer a program that Compartment starts on this machine. A repository chooses names and values, so
 * such variables are never passed on. Case-insensitive, because some systems are, and `http_proxy` works like
 * `HTTP_PROXY`.
 */
export function isSteeringName(name: string): boolean {
	const upper = name.toUpperCase();
	return exact.includes(upper) || prefixes.some(prefix => upper.startsWith(prefix));
}
