declare module 'acme-client/src/client.js' {
	import {Client} from 'acme-client';

	export default Client;
}

declare module 'acme-client/src/crypto/index.js' {
	import {crypto} from 'acme-client';

	export default crypto;
}
