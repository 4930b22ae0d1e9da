import type {NotifyEvent, NotifyTarget} from '../settings/notify-targets.ts';
import type {Notification} from './notification.ts';

const titles: Readonly<Record<NotifyEvent, string>> = {
	'apply-done': 'Apply done',
	'apply-failed': 'Apply failed',
	healed: 'Healed',
	'crash-loop': 'Crash loop',
	'backup-failed': 'Backup failed',
	'certificate-expiring': 'Certificate expires',
	'certificate-failed': 'Certificate not issued',
	'disk-low': 'Disk low',
};

/** Slack reads these three as markup: `<!channel>` in a log line would call everybody. */
const escapeSlack = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Without a way out of the block that the text is in. */
const inBlock = (text: string): string => escapeSlack(text).replaceAll('`', 'ˋ');

function placeOf({host, project, environment, address}: Notification): string {
	if (project === null) return host;
	const where = environment === null ? project : `${project}/${environment}`;
	return `${where}${address === null ? '' : ` ${address}`} on ${host}`;
}

function slackText(notification: Notification): string {
	const {event, message, exitCode, isOutOfMemory, lines} = notification;
	const facts = [
		...(exitCode === null ? [] : [`exit code ${exitCode}`]),
		...(isOutOfMemory ? ['out of memory'] : []),
	].join(', ');
	return [
		`*${titles[event]}*: ${escapeSlack(placeOf(notification))}`,
		escapeSlack(message),
		...(facts === '' ? [] : [facts]),
		...(lines.length === 0 ? [] : [`\`\`\`\n${lines.map(inBlock).join('\n')}\n\`\`\``]),
	].join('\n');
}

/** The JSON that a target gets. */
export const bodyFor = ({format}: Pick<NotifyTarget, 'format'>, notification: Notification): string =>
	JSON.stringify(format === 'slack' ? {text: slackText(notification)} : notification);
