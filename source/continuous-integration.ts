/** Whether this is a job of CI, where nobody answers: the same rule as in Ink, which draws nothing there. */
export const isContinuousIntegration = ({CI}: NodeJS.ProcessEnv = process.env): boolean =>
	CI !== undefined && !['', '0', 'false'].includes(CI);
