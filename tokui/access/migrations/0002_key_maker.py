from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('access', '0001_initial'),
    ]

    operations = [
        migrations.AddField(model_name='apikey', name='created_by_id', field=models.UUIDField(null=True)),
    ]
