import type {ServiceDescription} from './describe-service.ts';

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What to know about a service before a plan: what keeps it from being built, what was guessed, what does nothing. */
export const remarksOf = ({problem, doubts, notes = []}: ServiceDescription): string[] =>
	[...(problem === undefined ? [] : [problem]), ...doubts.map(doubt => `Guessed: ${doubt}`), ...notes].map(sentence);

/** The same for people who have not opened the descriptor, by service; also that nothing says how one starts. */
export const warningsOf = (services: readonly (ServiceDescription & {readonly name: string})[]): string[] =>
	services.flatMap(service => {
		const isOpen = service.problem === undefined && service.start?.type === 'unknown';
		const remarks = [...(isOpen ? ['Nothing says how it starts: set run.command.'] : []), ...remarksOf(service)];
		return remarks.map(remark => `services.${service.name}: ${remark}`);
	});
