import {command, type Hint, hint} from '../../hint.ts';
import {configVariable} from '../../registries/docker-config.ts';
import {settingKeys, settingRules, variablesOf} from '../../settings/setting-table.ts';

/** How the engine is found, as the docker client reads it. */
const engineVariables = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH', 'DOCKER_CONFIG'];

const accountVariables = ['COMPARTMENT_ACME_KEY_ID', 'COMPARTMENT_ACME_HMAC_KEY'];

/** Where files of the user are, and the settings that are variables. What holds a secret is not one of them. */
const ownVariables = [
	'COMPARTMENT_CONFIG_HOME',
	'XDG_CONFIG_HOME',
	'COMPARTMENT_IDENTITY_FILE',
	...settingKeys.flatMap(key => variablesOf(settingRules[key])).filter(name => !accountVariables.includes(name)),
];

const pick = (names: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> =>
	Object.fromEntries(names.flatMap(name => (env[name] ? [[name, env[name]]] : [])));

/** The variables of this command that an installed agent needs to find the same engine, settings and keys. */
export const agentVariables = (env: NodeJS.ProcessEnv): Record<string, string> =>
	pick([...engineVariables, ...ownVariables], env);

/** The same without those of the engine, for a container that has its socket. */
export const containerVariables = (env: NodeJS.ProcessEnv): Record<string, string> => pick(ownVariables, env);

/** What the user has to know when a secret is in the environment. */
export const secretWarnings = (env: NodeJS.ProcessEnv): readonly Hint[] => [
	...(env['COMPARTMENT_PASSPHRASE']
		? ['The agent does not get COMPARTMENT_PASSPHRASE, because others could read it there. Give it an identity file.']
		: []),
	...(env[configVariable]
		? [
				hint`The agent does not get ${configVariable}, because others could read it there. To let it pull from private registries, store what they need: ${command('registry login')}`,
			]
		: []),
	...(accountVariables.some(name => env[name])
		? [
				`The agent does not get ${accountVariables.join(' and ')}, because others could read them there. Store them as settings: acme.keyId and acme.hmacKey.`,
			]
		: []),
];
