# An image that takes calls: docker build -t turnwise . && docker run --env-file .env.local -p 8080:8080 turnwise
FROM node:22-slim AS page
WORKDIR /webclient
COPY webclient/package.json webclient/package-lock.json ./
RUN npm ci
COPY webclient ./
RUN npm run build

FROM python:3.11-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /src
COPY . .
# Its build in place of its sources, so that no Node is wanted here.
RUN rm -r webclient
COPY --from=page /webclient/dist webclient/dist
RUN uv sync --locked --no-dev --no-editable --extra sandbox --extra postgres

FROM python:3.11-slim
# espeak-ng and soundfile bring their libraries in their wheels; nothing is needed from Debian.
RUN useradd --create-home --uid 10001 turnwise && mkdir /data && chown turnwise /data
COPY --from=build --chown=root:root /src/.venv /src/.venv
ENV PATH=/src/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER turnwise
# settings.toml, settings.local.toml and components of one's own go here; the SQLite file too.
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["agent"]
CMD ["serve", "--host", "0.0.0.0"]
