// A process that queues notifications, and prints the number of each one that is safe, until it is killed.
import {notify} from '../../source/notify/notify.ts';

const [url, writer] = process.argv.slice(2) as [string, string];

for (let number = 0; ; number++) {
	const message = `${writer}.${number}`;
	notify(
		{
			event: 'apply-done',
			at: Date.now(),
			project: 'shop',
			environment: 'production',
			address: null,
			message,
		},
		[{url, secret: 'a-secret-of-many-characters'}],
	);
	process.stdout.write(`${message}\n`);
	await new Promise(resolve => setTimeout(resolve, 20));
}
