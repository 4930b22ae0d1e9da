const secretWord =
	/PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|ENCRYPTION|(?:^|_)(?:PASS|PW|PWD|KEY|KEYS|SALT|COOKIE|DSN|AUTH)(?:_|$)|KEY$|PASS$|PWD$/i;

/** Endings of names that say something about a secret, and hold none. */
const aboutSecret =
	/_(?:FILE|PATH|DIR|DIRECTORY|ENABLED?|DISABLED?|REQUIRED|LENGTH|SIZE|TTL|EXPIRY|EXPIRES|EXPIRATION|EXPIRES_IN|LIFETIME|SECONDS|MINUTES|DAYS|HOURS|HOST|PORT|HEADER|NAME|TYPE|ALGORITHM|POLICY|MODE|PREFIX|METHOD|PROVIDER)$/i;

/** Switches, and the paths of files that hold a secret. */
const harmless = /^(?:|true|false|yes|no|on|off|none|null|\/run\/secrets\/[\w.-]+)$/i;

/** Whether a text holds credentials whatever its name is: a URL with a password, or a private key. */
export const holdsCredentials = (value: string): boolean =>
	/[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^@]+@/i.test(value) ||
	/(?:^|[;\s?&])(?:password|pwd)=[^;&\s]+/i.test(value) ||
	/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value);

/** Whether a variable's name says that its value is a secret. */
export const isSensitiveName = (name: string): boolean => secretWord.test(name) && !aboutSecret.test(name);

/** Whether a value must not be written to a file that is committed: by its name, else by what it holds. */
export const isSensitive = (name: string, value: string): boolean =>
	holdsCredentials(value) || (isSensitiveName(name) && !harmless.test(value.trim()));

/** Whether a URL's query has a secret, such as `?token=abc`. */
export const holdsSecretQuery = (url: string): boolean =>
	/[?&][\w-]*(?:pass|pwd|secret|token|key|sig)[\w-]*=(?!\$\{)[^&\s]/i.test(url);

/** Whether a script sets a variable with a sensitive name, such as `export TOKEN=abc`. */
const setsSecret = (text: string): boolean =>
	[...text.matchAll(/([A-Za-z_]\w*)=["']?([^\s;"'$]+)/g)].some(([, name, value]) => isSensitive(name!, value!));

/** Whether a command line holds a password or a token. */
export const holdsSecretFlag = (words: readonly string[]): boolean =>
	words.some(
		(word, index) =>
			/(?:^|\s)--?[\w.-]*(?:pass|password|secret|token|api-?key)[=\s]\S/i.test(word) ||
			(/^--?[\w.-]*(?:pass|password|secret|token|api-?key)$/i.test(word) && !(words[index + 1] ?? '-').startsWith('-')),
	) || words.some(word => holdsCredentials(word) || holdsSecretQuery(word) || setsSecret(word));
