# An image that takes calls: docker build -t turnwise . && docker run --env-file .env.local -p 8080:8080 turnwise
FROM python:3.11-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /src
COPY . .
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
