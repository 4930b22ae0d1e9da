FROM python:3.11-slim AS install
ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PIPENV_VERBOSITY=-1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH:/opt/tool/bin
RUN python -m venv /opt/venv
RUN --mount=type=cache,target=/root/.cache python -m venv /opt/tool && /opt/tool/bin/pip install pipenv
WORKDIR /app
COPY source/Pipfile source/Pipfile.lock /app/
RUN --mount=type=cache,target=/root/.cache pipenv sync

FROM python:3.11-slim
RUN useradd --create-home --uid 1000 app
ENV PYTHONFAULTHANDLER=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH
COPY --from=install /opt/venv/ /opt/venv/
COPY --chown=app:app source/ /app/
WORKDIR /app
USER app
CMD ["python","bot.py"]
