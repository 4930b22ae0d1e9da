export const notes = [
	{id: 1, text: 'Water the plants'},
	{id: 2, text: 'Ship on Tuesday'},
	{id: 3, text: 'Buy coffee before Monday'},
];

export const summary = () => `${notes.length} notes`;
