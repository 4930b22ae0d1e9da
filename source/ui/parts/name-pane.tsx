import {Text} from 'ink';
import {sanitiseLine} from '../../output/sanitise.ts';
import {wrapWords} from '../../output/width.ts';
import {Pane, paneFrame} from './pane.tsx';
import {looks} from './theme.ts';

type Props = {
	readonly title: string;
	/** What will happen, as a sentence. */
	readonly consequence: string;
	/** The name to type. */
	readonly name: string;
	/** What is typed so far. */
	readonly typed: string;
	readonly message: string | undefined;
	readonly columns: number;
};

/** Asks the user to type a name before something that cannot be undone. */
export function NamePane({title, consequence, name, typed, message, columns}: Props) {
	const sentences = wrapWords(sanitiseLine(consequence), columns - paneFrame.columns).slice(0, 4);
	return (
		<Pane columns={columns} rows={paneFrame.rows + sentences.length + 3} title={title} look={looks.error}>
			{sentences.map(line => (
				<Text key={line} wrap="truncate">
					{line}
				</Text>
			))}
			<Text> </Text>
			<Text wrap="truncate">
				Type <Text {...looks.title}>{sanitiseLine(name)}</Text> to confirm: {sanitiseLine(typed)}
				<Text inverse> </Text>
			</Text>
			<Text {...looks.warning} wrap="truncate">
				{sanitiseLine(message ?? ' ')}
			</Text>
		</Pane>
	);
}
