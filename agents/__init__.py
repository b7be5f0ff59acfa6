"""The core: from settings to a running call."""

import os

# onnxruntime, which turn detection runs on, tells its maker of each use, from 1.29 on, unless this is set
# before it begins: https://github.com/microsoft/onnxruntime/pull/27379
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
