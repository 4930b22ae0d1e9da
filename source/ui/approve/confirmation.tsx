import {confirmationOf, listOf} from '../../plan/approval.ts';
import {NamePane} from '../parts/name-pane.tsx';
import type {ApproveState, ApproveStore} from './store.ts';

type Props = {readonly store: ApproveStore; readonly state: ApproveState; readonly columns: number};

/** Asks the user to type a name before data is deleted. */
export function Confirmation({store, state, columns}: Props) {
	const confirmation = confirmationOf(store.plan, state.skipped);
	if (!confirmation) return null;
	return (
		<NamePane
			title="Deletes data"
			consequence={`The data of ${listOf(confirmation.addresses)} will be permanently deleted.`}
			name={confirmation.expected}
			typed={state.typed}
			message={state.message}
			columns={columns}
		/>
	);
}
