import './style.css';

const greeting = import.meta.env.VITE_GREETING ?? 'Hello';

const render = () => {
	const [, name = 'stranger'] = location.pathname.split('/');
	const heading = document.createElement('h1');
	heading.textContent = `${greeting}, ${decodeURIComponent(name) || 'stranger'}.`;
	const form = document.createElement('form');
	form.innerHTML = '<label>Who are you? <input name="name" autofocus></label>';
	form.addEventListener('submit', event => {
		event.preventDefault();
		history.pushState(null, '', `/${encodeURIComponent(new FormData(form).get('name'))}`);
		render();
	});
	document.querySelector('#app').replaceChildren(heading, form);
};

addEventListener('popstate', render);
render();
