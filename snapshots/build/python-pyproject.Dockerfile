FROM python:3.13-slim AS install
ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PIPENV_VERBOSITY=-1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH
RUN python -m venv /opt/venv
WORKDIR /app
COPY source/pyproject.toml /app/
RUN --mount=type=cache,target=/root/.cache python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb")).get("project", {}).get("dependencies", []), sep="\n")' > /tmp/requirements.txt && pip install -r /tmp/requirements.txt

FROM python:3.13-slim
RUN useradd --create-home --uid 1000 app
ENV PYTHONFAULTHANDLER=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH
COPY --from=install /opt/venv/ /opt/venv/
COPY --chown=app:app source/ /app/
WORKDIR /app
USER app
CMD ["python","main.py"]
