import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokui.config.settings")
application = get_wsgi_application()
gc.freeze()  # what is loaded by now lives as long as the process: a collection during a request need not walk it
