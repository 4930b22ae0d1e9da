import {Text} from 'ink';
import {sanitiseLine} from '../../output/sanitise.ts';
import {confirmationOf, listOf} from '../../plan/approval.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import type {ApproveState, ApproveStore} from './store.ts';

type Props = {readonly store: ApproveStore; readonly state: ApproveState; readonly columns: number};

/** Asks the user to type a name before data is deleted. */
export function Confirmation({store, state, columns}: Props) {
	const confirmation = confirmationOf(store.plan, state.skipped);
	if (!confirmation) return null;
	return (
		<Pane columns={columns} rows={paneFrame.rows + 4} title="Deletes data" look={looks.error}>
			<Text wrap="truncate">
				{sanitiseLine(`The data of ${listOf(confirmation.addresses)} will be permanently deleted.`)}
			</Text>
			<Text> </Text>
			<Text wrap="truncate">
				Type <Text {...looks.title}>{sanitiseLine(confirmation.expected)}</Text> to confirm: {sanitiseLine(state.typed)}
				<Text inverse> </Text>
			</Text>
			<Text {...looks.warning} wrap="truncate">
				{sanitiseLine(state.message ?? ' ')}
			</Text>
		</Pane>
	);
}
