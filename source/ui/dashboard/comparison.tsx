import {Content} from './content.tsx';
import type {PageRow} from './page-lines.ts';
import type {DashboardState} from './state.ts';

type Props = {
	readonly state: DashboardState;
	readonly page: readonly PageRow[];
	readonly columns: number;
	readonly rows: number;
};

/** What differs between two environments. */
export function ComparisonScreen(props: Props) {
	const {location} = props.state;
	if (location.screen !== 'comparison') return null;
	return <Content {...props} title={`From ${location.environment} to ${location.other}`} />;
}
